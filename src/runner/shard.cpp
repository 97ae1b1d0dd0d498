#include <algorithm>
#include <numeric>
#include <tuple>

#include <tcpcraft/runner/shard.hpp>

namespace tcpcraft::runner {
namespace {

/// What a scenario costs that never waits.
constexpr std::chrono::milliseconds least{5};

wire::Duration earliest(const scenario::Expect& expect) {
  return expect.segment.spec.within ? expect.segment.spec.within->min : wire::Duration{};
}

wire::Duration estimated_duration(const scenario::Step& step) {
  if (const auto* wait = std::get_if<scenario::Wait>(&step.action)) return wait->duration;
  if (const auto* expect = std::get_if<scenario::Expect>(&step.action)) return earliest(*expect);
  if (const auto* silence = std::get_if<scenario::Silence>(&step.action))
    return silence->duration.value_or(wire::Duration{});
  wire::Duration last{};
  if (const auto* order = std::get_if<scenario::AnyOrder>(&step.action))
    for (const scenario::Expect& expect : order->segments) last = std::max(last, earliest(expect));
  return last;
}

}  // namespace

wire::Duration estimated_duration(const scenario::Scenario& scenario) {
  wire::Duration total = least;
  for (const scenario::Step& step : scenario.steps) total += estimated_duration(step);
  return total;
}

std::vector<std::size_t> longest_first(std::span<const Weighed> all) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(all[b].duration, all[a].name) < std::tie(all[a].duration, all[b].name);
  });
  return order;
}

std::vector<std::size_t> assign_shards(std::span<const Weighed> all, std::size_t shards) {
  std::vector<wire::Duration> load(shards);
  std::vector<std::size_t> shard_of(all.size());
  for (const std::size_t i : longest_first(all)) {
    const auto least_loaded = std::min_element(load.begin(), load.end());
    *least_loaded += std::max<wire::Duration>(all[i].duration, least);
    shard_of[i] = static_cast<std::size_t>(least_loaded - load.begin());
  }
  return shard_of;
}

}  // namespace tcpcraft::runner
