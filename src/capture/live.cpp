#include <algorithm>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <pcap/pcap.h>
#include <poll.h>

#include <tcpcraft/capture/live.hpp>

#include "decoder.hpp"

namespace tcpcraft::capture {
namespace {

using Clock = std::chrono::steady_clock;

/// The kernel hands packets over by the block: one that is not full, after this time.
constexpr int block_timeout_ms = 10;
/// So long after the end what passed before it may still come.
constexpr auto linger = std::chrono::milliseconds(5 * block_timeout_ms);

struct Closer {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};

/// A compiled filter.
class Program {
 public:
  Program(pcap_t* handle, const std::string& filter) {
    if (pcap_compile(handle, &program_, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
      throw std::runtime_error("the filter '" + filter + "': " + pcap_geterr(handle));
  }
  ~Program() { pcap_freecode(&program_); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  bpf_program* get() { return &program_; }

 private:
  bpf_program program_{};
};

std::string interfaces() {
  pcap_if_t* all = nullptr;
  char error[PCAP_ERRBUF_SIZE] = "";
  if (pcap_findalldevs(&all, error) != 0) return "";
  std::string names;
  for (const pcap_if_t* one = all; one != nullptr; one = one->next)
    if ((one->flags & PCAP_IF_UP) != 0) names += (names.empty() ? "" : ", ") + std::string(one->name);
  pcap_freealldevs(all);
  return names.empty() ? "" : "; there are: " + names;
}

[[noreturn]] void fail(pcap_t* handle, const std::string& interface, int status) {
  const std::string where = "capture on " + interface + ": ";
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      throw std::runtime_error(where + "no such interface" + interfaces());
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      throw std::runtime_error(
          where +
          "not permitted: it needs root, or CAP_NET_RAW, which an administrator can give "
          "the program: setcap cap_net_raw=ep PROGRAM");
    case PCAP_ERROR_IFACE_NOT_UP:
      throw std::runtime_error(where + "the interface is down: ip link set " + interface + " up");
    default: {
      const std::string why = pcap_geterr(handle);
      throw std::runtime_error(where + (why.empty() ? pcap_statustostr(status) : why));
    }
  }
}

/// A number of milliseconds that is not shorter.
int milliseconds(Clock::duration time) {
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  return static_cast<int>(std::clamp<std::int64_t>(whole, 0, 1'000'000));
}

}  // namespace

struct Live::Impl {
  explicit Impl(const LiveOptions& options) : stop(options.stop) {
    char error[PCAP_ERRBUF_SIZE] = "";
    handle.reset(pcap_create(options.interface.c_str(), error));
    if (handle == nullptr) throw std::runtime_error("capture on " + options.interface + ": " + error);
    pcap_t* const made = handle.get();
    pcap_set_snaplen(made, options.snap_length);
    pcap_set_timeout(made, block_timeout_ms);
    pcap_set_buffer_size(made, static_cast<int>(options.buffer));
    pcap_set_tstamp_precision(made, PCAP_TSTAMP_PRECISION_NANO);
    if (const int status = pcap_activate(made); status < 0) fail(made, options.interface, status);
    if (const auto problem = link_problem(made))
      throw std::runtime_error("capture on " + options.interface + ": " + *problem);
    Program program(made, options.filter);
    if (pcap_setfilter(made, program.get()) != 0 || pcap_setnonblock(made, 1, error) != 0)
      fail(made, options.interface, PCAP_ERROR);
    nanoseconds = pcap_get_tstamp_precision(made) == PCAP_TSTAMP_PRECISION_NANO;
  }

  /// What is there already.
  std::optional<Packet> read() {
    while (!over) {
      pcap_pkthdr* header = nullptr;
      const u_char* data = nullptr;
      const int result = pcap_next_ex(handle.get(), &header, &data);
      if (result == 0) return std::nullopt;
      if (result != 1) {
        decoder.summary.damage = Damage{decoder.summary.packets + 1, 0, pcap_geterr(handle.get())};
        end();
        return std::nullopt;
      }
      pcap_pkthdr stamped = *header;
      if (!nanoseconds) stamped.ts.tv_usec *= 1000;
      if (auto packet = decoder.take(pcap_datalink(handle.get()), stamped, data)) return packet;
    }
    return std::nullopt;
  }

  void end() {
    over = true;
    decoder.end();
  }

  /// Until something may be there, or no more is wanted; at most until `deadline`. False where a signal came.
  bool wait(Clock::time_point deadline) {
    if (stopped) deadline = std::min(deadline, stopped->give_up);
    // Once it has stopped, the descriptor that says so would end every wait.
    pollfd fds[] = {{pcap_get_selectable_fd(handle.get()), POLLIN, 0}, {stopped ? -1 : stop, POLLIN, 0}};
    const int result = ::poll(fds, 2, milliseconds(deadline - Clock::now()));
    if (result > 0 && fds[1].revents != 0)
      stopped = Stopped{std::chrono::system_clock::now(), Clock::now() + linger};
    return result >= 0 || errno != EINTR;
  }

  std::optional<Packet> next(wire::Duration timeout) {
    const Clock::time_point deadline = Clock::now() + timeout;
    if (++calls % 64 == 0 && !stopped) wait(Clock::now());  // where packets never end
    while (!over) {
      auto packet = read();
      if (packet && (!stopped || packet->time <= stopped->at)) return packet;
      const Clock::time_point now = Clock::now();
      if (stopped && (packet || now >= stopped->give_up))
        end();
      else if (now >= deadline || !wait(deadline))
        break;
    }
    return std::nullopt;
  }

  struct Stopped {
    wire::Time at;
    Clock::time_point give_up;
  };

  std::unique_ptr<pcap_t, Closer> handle;
  int stop;
  bool nanoseconds = true, over = false;
  std::uint64_t calls = 0;
  std::optional<Stopped> stopped;
  Decoder decoder;
};

Live::Live(const LiveOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Live::~Live() = default;
Live::Live(Live&&) noexcept = default;
Live& Live::operator=(Live&&) noexcept = default;

std::optional<Packet> Live::next(wire::Duration timeout) {
  return impl_->next(timeout);
}

std::vector<Message> Live::take_messages() {
  return std::exchange(impl_->decoder.messages, {});
}

bool Live::is_over() const {
  return impl_->over;
}

int Live::fd() const {
  return pcap_get_selectable_fd(impl_->handle.get());
}

const Summary& Live::summary() const {
  return impl_->decoder.summary;
}

std::uint64_t Live::dropped() const {
  pcap_stat statistics{};
  return pcap_stats(impl_->handle.get(), &statistics) == 0 ? statistics.ps_drop : 0;
}

}  // namespace tcpcraft::capture
