#include "ports.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include <sys/resource.h>

namespace tcpcraft::replay {
namespace {

bool precedes(const wire::Endpoint& a, const wire::Endpoint& b) {
  if (a.port != b.port) return a.port < b.port;
  return std::memcmp(a.address.data(), b.address.data(), 16) < 0;
}

std::uint64_t mix(std::uint64_t hash, const wire::Endpoint& end) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), end.address.data(), sizeof words);
  for (const std::uint64_t word : {words[0], words[1], std::uint64_t{end.port}})
    hash = ((hash ^ word) * 0x9e3779b97f4a7c15) ^ (hash >> 29);
  return hash;
}

}  // namespace

Pair::Pair(const wire::Endpoint& one, const wire::Endpoint& other) : a(one), b(other) {
  if (precedes(b, a)) std::swap(a, b);
}

std::size_t Pair::Hash::operator()(const Pair& pair) const {
  return mix(mix(1, pair.a), pair.b);
}

/// A permutation of all numbers: a step of a linear congruential generator.
std::uint32_t Ports::next_random() {
  return random_ = random_ * 1664525 + 1013904223;
}

std::unique_ptr<Port> Ports::take(const wire::IpAddress& address) {
  for (auto& [of, ports] : free_) {
    if (of != address || ports.empty()) continue;
    std::unique_ptr<Port> port = std::move(ports.front());
    ports.pop_front();
    return port;
  }
  os::RstGuard guard(os::SocketAddress::from(address.data(), address.size(), 0));
  const std::uint16_t number = guard.port();
  owned_.insert(number);
  return std::make_unique<Port>(Port{{address, number}, std::move(guard), wire::SeqNum(next_random())});
}

void Ports::give_back(std::unique_ptr<Port> port, wire::SeqNum last) {
  port->iss = last + 65537;
  const auto same = [&](const auto& one) { return one.first == port->end.address; };
  auto found = std::find_if(free_.begin(), free_.end(), same);
  if (found == free_.end()) found = free_.emplace(free_.end(), port->end.address, 0);
  found->second.push_back(std::move(port));
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace tcpcraft::replay
