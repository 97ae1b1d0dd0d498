#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <tcpcraft/kernel/drop_watch.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "perf_ring.hpp"
#include "tracepoint.hpp"

namespace tcpcraft::kernel {
namespace {

/// The value at `offset` of a record; 0 beyond its end.
template <class Integer>
Integer field(std::span<const std::uint8_t> record, std::size_t offset) {
  Integer value = 0;
  if (offset + sizeof value <= record.size()) std::memcpy(&value, record.data() + offset, sizeof value);
  return value;
}

TraceFormat read_format(const std::string& tracepoint) {
  const std::string path = "/sys/kernel/tracing/events/" + tracepoint + "/format";
  errno = 0;
  std::ifstream file(path);
  if (!file) throw os::SystemError(path, errno ? errno : ENOENT);
  return parse_trace_format(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::uint64_t id_of(const TraceFormat& format, const char* tracepoint, std::string_view needed) {
  if (!format.id || !format.offsets.contains("skbaddr") || !format.offsets.contains(needed))
    throw os::SystemError(std::string(tracepoint) + " gives no " + std::string(needed), ENOTSUP);
  return *format.id;
}

}  // namespace

struct DropWatch::Impl {
  Impl() : free_id(id_of(freed, "skb:kfree_skb", "reason")) {
    receive_id = id_of(received, "net:netif_receive_skb", "skbaddr");
    reason_at = freed.offsets.find("reason")->second;
    ring.add(free_id);
    ring.add(receive_id);
  }

  std::string name(std::uint32_t reason) const {
    const auto found = freed.print_names.find(reason);
    return found == freed.print_names.end() ? "reason " + std::to_string(reason) : found->second;
  }
  std::uint64_t packet(const TraceFormat& format, std::span<const std::uint8_t> record) const {
    return field<std::uintptr_t>(record, format.offsets.find("skbaddr")->second);
  }

  TraceFormat freed = read_format("skb/kfree_skb");
  TraceFormat received = read_format("net/netif_receive_skb");
  std::uint64_t free_id;
  std::uint64_t receive_id = 0;
  std::size_t reason_at = 0;
  PerfRing ring;
};

DropWatch::DropWatch() : impl_(std::make_unique<Impl>()) {}
DropWatch::~DropWatch() = default;

bool DropWatch::knows(std::string_view reason) const {
  const auto& names = impl_->freed.print_names;
  return std::any_of(names.begin(), names.end(), [&](const auto& entry) { return entry.second == reason; });
}

/// The packet is known by its address, until another is received at the same one: what the kernel answers,
/// and the guard drops, may be just that.
Drops DropWatch::take() {
  Drops drops;
  std::uint64_t packet = 0;
  bool gone = false;
  const bool whole = impl_->ring.drain([&](std::span<const std::uint8_t> record) {
    const auto id = field<std::uint16_t>(record, 0);
    if (gone) return;
    if (id == impl_->receive_id) {
      const std::uint64_t next = impl_->packet(impl_->received, record);
      gone = next == packet;
      if (packet == 0) packet = next;
    } else if (id == impl_->free_id && packet != 0 && impl_->packet(impl_->freed, record) == packet) {
      drops.reason = impl_->name(field<std::uint32_t>(record, impl_->reason_at));
      gone = true;
    }
  });
  drops.told = whole && packet != 0;
  return drops;
}

}  // namespace tcpcraft::kernel
