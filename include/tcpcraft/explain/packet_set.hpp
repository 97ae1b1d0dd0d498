#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tcpcraft::explain {

/// Packets of a capture, by their numbers, 8 bytes each, and no more of them than a bound: what a reading of
/// a capture of any size leaves behind. First they are added, then they are asked for.
class PacketSet {
 public:
  static constexpr std::size_t most = 1u << 20u;

  /// False where there is no room for another.
  bool add(std::uint64_t packet) {
    if (packets_.size() == most) return false;
    sorted_ = sorted_ && (packets_.empty() || packets_.back() < packet);
    packets_.push_back(packet);
    return true;
  }
  /// To be called between the adding and the asking.
  void sort() {
    if (!sorted_) std::sort(packets_.begin(), packets_.end());
    sorted_ = true;
  }
  bool contains(std::uint64_t packet) const {
    return !packets_.empty() && std::binary_search(packets_.begin(), packets_.end(), packet);
  }
  bool is_empty() const { return packets_.empty(); }
  bool is_full() const { return packets_.size() == most; }

 private:
  std::vector<std::uint64_t> packets_;
  bool sorted_ = true;
};

}  // namespace tcpcraft::explain
