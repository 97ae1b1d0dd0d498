#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::runner {

/// How long a scenario takes, by what it says itself: its waits, its silences, and the times before which
/// nothing that it expects may come.
wire::Duration estimated_duration(const scenario::Scenario& scenario);

/// Something that takes time, under a name that tells it from all others.
struct Weighed {
  std::string name;
  wire::Duration duration{};
};

/// The order in which to start, so that the end comes soonest: the longest first, those of one duration by
/// name.
std::vector<std::size_t> longest_first(std::span<const Weighed> all);

/// Of which shard each is, from 0: the longest first goes to the shard that has least to do so far. The order
/// of `all` has no influence, so that all machines agree.
std::vector<std::size_t> assign_shards(std::span<const Weighed> all, std::size_t shards);

}  // namespace tcpcraft::runner
