#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/replay/raw.hpp>

#include "raw_xdp.hpp"

namespace tcpcraft::replay {
namespace {

/// Sends through a packet socket, and so by the interface's queue, with one call for many frames.
class PacketSender : public FrameSender {
 public:
  explicit PacketSender(const os::NetworkInterface& interface)
      : name_(interface.name),
        socket_(
            os::check(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "a packet socket needs CAP_NET_RAW")) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(interface.index);
    // For no protocol: nothing is received.
    os::check(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              "bind " + name_);
    frames_of_batch_.reserve(batch);
    room_.resize(batch * usual_size);
  }

  void put(std::span<const std::uint8_t> frame) override {
    if (frames_of_batch_.size() == batch || used_ + frame.size() > room_.size()) flush();
    if (frame.size() > room_.size()) room_.resize(frame.size());
    std::copy(frame.begin(), frame.end(), room_.begin() + static_cast<std::ptrdiff_t>(used_));
    frames_of_batch_.push_back({&room_[used_], frame.size()});
    used_ += frame.size();
  }

  void flush() override {
    std::array<mmsghdr, batch> messages{};
    const std::size_t count = frames_of_batch_.size();
    for (std::size_t i = 0; i < count; ++i) {
      messages[i].msg_hdr.msg_iov = &frames_of_batch_[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t done = 0; done < count;) {
      const int sent = ::sendmmsg(socket_.get(), &messages[done], static_cast<unsigned>(count - done), 0);
      if (sent > 0)
        note_sent(done, static_cast<std::size_t>(sent)), done += static_cast<std::size_t>(sent), waits_ = 0;
      else if (errno == ENOBUFS || errno == EAGAIN)
        done += wait_for_queue() ? 0 : 1;
      else if (errno != EINTR)
        throw os::SystemError("send on " + name_);
    }
    frames_of_batch_.clear();
    used_ = 0;
  }

 private:
  static constexpr std::size_t batch = 128, usual_size = 2048;
  static constexpr int patience = 20;  // of half a millisecond

  void note_sent(std::size_t first, std::size_t count) {
    frames_ += count;
    for (std::size_t i = first; i < first + count; ++i) bytes_ += frames_of_batch_[i].iov_len;
  }

  /// A full queue is emptied by the device; one that drops on purpose is not. False where this frame is given
  /// up.
  bool wait_for_queue() {
    if (++waits_ > patience) {
      waits_ = 0;
      ++refused_;
      return false;
    }
    const timespec pause{0, 500'000};
    ::ppoll(nullptr, 0, &pause, nullptr);
    return true;
  }

  std::string name_;
  os::UniqueFd socket_;
  std::vector<iovec> frames_of_batch_;
  wire::Bytes room_;
  std::size_t used_ = 0;
  int waits_ = 0;
};

}  // namespace

std::unique_ptr<FrameSender> open_sender(const os::NetworkInterface& interface, bool keeps_time) {
  // Between the two ends of a veth nothing notices how a frame was handed over, unless there is a queue or a
  // listener.
  const bool unnoticed = interface.driver == "veth" && !interface.has_queue && !interface.is_watched;
  if (!keeps_time && unnoticed)
    if (auto sender = open_xdp_sender(interface)) return sender;
  return std::make_unique<PacketSender>(interface);
}

}  // namespace tcpcraft::replay
