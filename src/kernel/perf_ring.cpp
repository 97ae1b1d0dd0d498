#include "perf_ring.hpp"

#include <algorithm>
#include <cstring>

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>

namespace tcpcraft::kernel {
namespace {

constexpr std::size_t data_pages = 16;  // a power of two; a segment makes a handful of records of 60 bytes

std::size_t page_size() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

PerfRing::~PerfRing() {
  if (pages_) ::munmap(pages_, (1 + data_pages) * page_size());
}

void PerfRing::add(std::uint64_t tracepoint) {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.size = sizeof attributes;
  attributes.config = tracepoint;
  attributes.sample_period = 1;
  attributes.sample_type = PERF_SAMPLE_RAW;
  const long fd = ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  os::UniqueFd event(os::check(static_cast<int>(fd), "perf_event_open"));
  if (!events_.empty())
    os::check(::ioctl(event.get(), PERF_EVENT_IOC_SET_OUTPUT, events_.front().get()), "perf event output");
  events_.push_back(std::move(event));
  if (!pages_) map();
}

void PerfRing::map() {
  void* pages = ::mmap(nullptr, (1 + data_pages) * page_size(), PROT_READ | PROT_WRITE, MAP_SHARED,
                       events_.front().get(), 0);
  if (pages == MAP_FAILED) throw os::SystemError("map perf events");
  pages_ = pages;
}

/// A record may run over the end of the ring.
std::vector<std::uint8_t> PerfRing::copy(std::uint64_t from, std::size_t size) const {
  const std::size_t ring = data_pages * page_size();
  const auto* data = static_cast<const std::uint8_t*>(pages_) + page_size();
  const std::size_t at = from % ring;
  const std::size_t first = std::min(size, ring - at);
  std::vector<std::uint8_t> result(data + at, data + at + first);
  result.insert(result.end(), data, data + (size - first));
  return result;
}

bool PerfRing::drain(const std::function<void(std::span<const std::uint8_t>)>& take) {
  auto* control = static_cast<perf_event_mmap_page*>(pages_);
  const std::uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
  bool whole = true;
  std::uint64_t tail = control->data_tail;
  while (tail < head) {
    perf_event_header header;
    std::memcpy(&header, copy(tail, sizeof header).data(), sizeof header);
    const std::vector<std::uint8_t> record = copy(tail, header.size);
    tail += header.size;
    if (header.type == PERF_RECORD_LOST) whole = false;
    std::uint32_t size = 0;
    if (header.type != PERF_RECORD_SAMPLE || record.size() < sizeof header + sizeof size) continue;
    std::memcpy(&size, record.data() + sizeof header, sizeof size);
    const std::size_t from = sizeof header + sizeof size;
    take(std::span(record).subspan(from, std::min<std::size_t>(size, record.size() - from)));
  }
  __atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
  return whole;
}

}  // namespace tcpcraft::kernel
