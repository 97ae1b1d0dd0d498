#include "raw_xdp.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>

#include <linux/if_xdp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::replay {
namespace {

constexpr std::uint32_t slots = 2048;  // a power of two, as rings are
constexpr std::uint32_t batch = 256;
constexpr std::size_t link_header = 18;

/// How many frames one call sends at most. In <linux/if_xdp.h> since Linux 6.17; without it the kernel
/// sends 32.
constexpr int xdp_max_tx_budget = 9;

/// Memory that is shared with the kernel.
class Mapping {
 public:
  Mapping(std::size_t size, int flags, int fd, off_t offset)
      : at_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags | MAP_POPULATE, fd, offset)), size_(size) {}
  ~Mapping() {
    if (*this) ::munmap(at_, size_);
  }
  Mapping(Mapping&& other) noexcept : at_(std::exchange(other.at_, MAP_FAILED)), size_(other.size_) {}
  Mapping& operator=(Mapping&&) = delete;
  explicit operator bool() const { return at_ != MAP_FAILED; }
  std::uint8_t* at(std::size_t offset) const { return static_cast<std::uint8_t*>(at_) + offset; }

 private:
  void* at_;
  std::size_t size_;
};

using Index = std::atomic_ref<std::uint32_t>;

/// Numbers of a ring, which only grow and are taken modulo the slots.
Index index_at(const Mapping& memory, std::uint64_t offset) {
  return Index(*reinterpret_cast<std::uint32_t*>(memory.at(offset)));
}

/// What an XDP socket consists of, as far as sending needs it.
struct Parts {
  os::UniqueFd socket;
  Mapping frames, sending, completion;
  xdp_mmap_offsets offsets;
  std::uint32_t slot_size;
};

class XdpSender : public FrameSender {
 public:
  XdpSender(std::string name, Parts parts) : name_(std::move(name)), parts_(std::move(parts)) {}

  void put(std::span<const std::uint8_t> frame) override {
    assert(frame.size() <= parts_.slot_size);
    const std::uint32_t slot = put_ % slots;
    const std::uint64_t at = std::uint64_t{slot} * parts_.slot_size;
    std::copy(frame.begin(), frame.end(), parts_.frames.at(at));
    descriptor(slot) = {at, static_cast<std::uint32_t>(frame.size()), 0};
    if (++put_ - sent_ == batch) flush();
  }

  void flush() override {
    if (put_ == sent_) return;
    sending_produced_.store(put_, std::memory_order_release);
    int waits = 0;
    while (sent_ != put_) {
      const bool failed = ::sendto(parts_.socket.get(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) < 0;
      const int error = failed ? errno : 0;
      // The kernel has copied whatever it took; what it says of its copies need only be out of its way.
      completion_consumed_.store(completion_produced_.load(std::memory_order_acquire),
                                 std::memory_order_release);
      const bool moved = note_sent();
      if (error == EBUSY) {  // it was taken, and dropped
        ++refused_;
        --frames_;
      } else if (error != 0 && error != EAGAIN && error != EINTR && error != ENOBUFS) {
        throw os::SystemError("send on " + name_, error);
      }
      if (!moved && ++waits > patience) throw os::SystemError("send on " + name_, error);
      if (!moved) ::poll(nullptr, 0, 1);
    }
  }

 private:
  static constexpr int patience = 1000;  // of a millisecond

  xdp_desc& descriptor(std::uint32_t slot) {
    return reinterpret_cast<xdp_desc*>(parts_.sending.at(parts_.offsets.tx.desc))[slot];
  }

  /// False where the kernel took no more.
  bool note_sent() {
    const std::uint32_t taken = sending_consumed_.load(std::memory_order_acquire);
    if (taken == sent_) return false;
    for (; sent_ != taken; ++sent_) {
      ++frames_;
      bytes_ += descriptor(sent_ % slots).len;
    }
    return true;
  }

  std::string name_;
  Parts parts_;
  Index sending_produced_ = index_at(parts_.sending, parts_.offsets.tx.producer);
  Index sending_consumed_ = index_at(parts_.sending, parts_.offsets.tx.consumer);
  Index completion_produced_ = index_at(parts_.completion, parts_.offsets.cr.producer);
  Index completion_consumed_ = index_at(parts_.completion, parts_.offsets.cr.consumer);
  std::uint32_t put_ = 0, sent_ = 0;
};

template <class Value>
bool set(const os::UniqueFd& socket, int option, const Value& value) {
  return ::setsockopt(socket.get(), SOL_XDP, option, &value, sizeof value) == 0;
}

bool bind_to(const os::UniqueFd& socket, const os::NetworkInterface& interface) {
  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_ifindex = interface.index;
  address.sxdp_flags = XDP_COPY;  // a device whose queue were taken over might lose its link for a moment
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

std::unique_ptr<FrameSender> open_xdp_sender(const os::NetworkInterface& interface) {
  const std::size_t longest = interface.mtu + link_header;
  const std::uint32_t slot_size = longest <= 2048 ? 2048 : 4096;
  if (longest > slot_size) return nullptr;
  os::UniqueFd socket(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket) return nullptr;
  Mapping frames(std::size_t{slots} * slot_size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!frames) return nullptr;
  xdp_umem_reg memory{};
  memory.addr = reinterpret_cast<std::uintptr_t>(frames.at(0));
  memory.len = std::uint64_t{slots} * slot_size;
  memory.chunk_size = slot_size;
  const auto ring = static_cast<int>(slots);
  if (!set(socket, XDP_UMEM_REG, memory) || !set(socket, XDP_UMEM_FILL_RING, ring) ||
      !set(socket, XDP_UMEM_COMPLETION_RING, ring) || !set(socket, XDP_TX_RING, ring))
    return nullptr;
  set(socket, xdp_max_tx_budget, static_cast<int>(batch));  // an older kernel is called more often
  xdp_mmap_offsets offsets{};
  socklen_t size = sizeof offsets;
  if (::getsockopt(socket.get(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &size) != 0 || size != sizeof offsets)
    return nullptr;
  Mapping sending(offsets.tx.desc + slots * sizeof(xdp_desc), MAP_SHARED, socket.get(), XDP_PGOFF_TX_RING);
  Mapping completion(offsets.cr.desc + slots * sizeof(std::uint64_t), MAP_SHARED, socket.get(),
                     XDP_UMEM_PGOFF_COMPLETION_RING);
  if (!sending || !completion || !bind_to(socket, interface)) return nullptr;
  return std::make_unique<XdpSender>(
      interface.name, Parts{std::move(socket), std::move(frames), std::move(sending), std::move(completion),
                            offsets, slot_size});
}

}  // namespace tcpcraft::replay
