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
  if (!format.id || !format.offsets.contains("skbaddr") || !format.offsets.contains("common_flags") ||
      !format.offsets.contains(needed))
    throw os::SystemError(std::string(tracepoint) + " gives no " + std::string(needed), ENOTSUP);
  return *format.id;
}

/// While it handles an interrupt, the kernel may do in this thread's context what is none of its own affairs.
bool is_of_interrupt(const TraceFormat& format, std::span<const std::uint8_t> record) {
  constexpr std::uint8_t hard = 0x08, soft = 0x10;  // as the format's "print fmt" of common_flags has them
  return field<std::uint8_t>(record, format.offsets.find("common_flags")->second) & (hard | soft);
}

}  // namespace

struct DropWatch::Impl {
  Impl() : free_id(id_of(freed, "skb:kfree_skb", "reason")) {
    receive_id = id_of(received, "net:netif_receive_skb", "skbaddr");
    queue_id = id_of(queued, "net:net_dev_queue", "skbaddr");
    reason_at = freed.offsets.find("reason")->second;
    for (const std::uint64_t id : {free_id, receive_id, queue_id}) ring.add(id);
  }

  std::string name(std::uint32_t reason) const {
    const auto found = freed.print_names.find(reason);
    return found == freed.print_names.end() ? "reason " + std::to_string(reason) : found->second;
  }
  static std::uint64_t packet(const TraceFormat& format, std::span<const std::uint8_t> record) {
    return field<std::uintptr_t>(record, format.offsets.find("skbaddr")->second);
  }

  TraceFormat freed = read_format("skb/kfree_skb");
  TraceFormat received = read_format("net/netif_receive_skb");
  TraceFormat queued = read_format("net/net_dev_queue");
  std::uint64_t free_id;
  std::uint64_t receive_id = 0;
  std::uint64_t queue_id = 0;
  std::size_t reason_at = 0;
  PerfRing ring;
};

DropWatch::DropWatch() : impl_(std::make_unique<Impl>()) {}
DropWatch::~DropWatch() = default;

bool DropWatch::knows(std::string_view reason) const {
  const auto& names = impl_->freed.print_names;
  return std::any_of(names.begin(), names.end(), [&](const auto& entry) { return entry.second == reason; });
}

/// The segment is the first packet that this thread itself has put on its way: into the loopback device,
/// where an interrupt receives it, or as one that a device of ours received. It is known by its address,
/// until another goes by at the same one: what the kernel answers, and the guard drops, may be just that.
Drops DropWatch::take() {
  Drops drops;
  std::uint64_t packet = 0;
  bool received = false;
  bool gone = false;
  const auto pass = [&](const TraceFormat& format, std::span<const std::uint8_t> record, bool receives) {
    const std::uint64_t next = Impl::packet(format, record);
    if (packet == 0 && !is_of_interrupt(format, record))
      packet = next;
    else if (next == packet && (received || !receives))
      gone = true;
    if (next == packet && receives && !gone) received = true;
  };
  const bool whole = impl_->ring.drain([&](std::span<const std::uint8_t> record) {
    const auto id = field<std::uint16_t>(record, 0);
    if (gone) return;
    if (id == impl_->queue_id) pass(impl_->queued, record, false);
    if (id == impl_->receive_id) pass(impl_->received, record, true);
    if (id == impl_->free_id && received && Impl::packet(impl_->freed, record) == packet) {
      drops.reason = impl_->name(field<std::uint32_t>(record, impl_->reason_at));
      gone = true;
    }
  });
  drops.told = whole && received;
  return drops;
}

}  // namespace tcpcraft::kernel
