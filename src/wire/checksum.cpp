#include "checksum.hpp"

#include <cstring>

#include <arpa/inet.h>

namespace tcpcraft::wire {

void ChecksumSum::add(std::span<const std::uint8_t> bytes) {
  // 64 bits hold the carries of 2^32 words, far more than a datagram has.
  while (bytes.size() >= 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data(), 4);
    sum_ += word;
    bytes = bytes.subspan(4);
  }
  std::uint32_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  sum_ += rest;
}

void ChecksumSum::add_number(std::uint16_t number) {
  sum_ += htons(number);
}

std::uint16_t ChecksumSum::folded() const {
  std::uint64_t sum = sum_;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace tcpcraft::wire
