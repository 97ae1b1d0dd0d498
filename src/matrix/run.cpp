#include <memory>
#include <optional>

#include <sys/utsname.h>

#include <tcpcraft/matrix/judge.hpp>
#include <tcpcraft/matrix/prober.hpp>
#include <tcpcraft/matrix/run.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/transport/loopback_link.hpp>
#include <tcpcraft/transport/sink_link.hpp>
#include <tcpcraft/transport/tun_link.hpp>

namespace tcpcraft::matrix {
namespace {

constexpr std::uint16_t kernel_port = 9877;
constexpr int attempts = 3;

std::string kernel_release() {
  utsname name{};
  uname(&name);
  return std::string(name.sysname) + " " + name.release;
}

/// The two ends: both on `lo`, or the two sides of a device.
struct Ends {
  wire::IpAddress kernel;
  wire::IpAddress peer;
};

Ends ends(LinkKind link, bool v6) {
  const auto address = [](const char* text) { return *wire::IpAddress::parse(text); };
  if (link == LinkKind::loopback)
    return {address(v6 ? "::1" : "127.0.0.1"), address(v6 ? "::1" : "127.0.0.1")};
  if (v6) return {address("2001:db8::1"), address("2001:db8::2")};
  return {address("192.0.2.1"), address("192.0.2.2")};
}

/// The wire of one family, and a prober on it. Another attempt gets ports that no earlier one has used.
class Bench {
 public:
  Bench(LinkKind kind, bool v6) : kind_(kind), ends_(ends(kind, v6)) {
    const std::uint16_t port = next_port();
    link_ = open(port);
    begin(port);
  }

  Observation play(const Cell& cell) {
    Observation observation = prober_->play(cell);
    for (int attempt = 1; attempt < attempts && !observation.inconclusive.empty(); ++attempt) {
      const std::uint16_t port = next_port();
      link_->retarget({kernel_port}, {port});
      begin(port);
      observation = prober_->play(cell);
    }
    return observation;
  }

 private:
  std::uint16_t next_port() {
    if (kind_ != LinkKind::loopback) return ++last_port_;
    prober_.reset();
    guard_.emplace(os::SocketAddress::from(ends_.peer.data(), ends_.peer.size(), 0));
    return guard_->port();
  }

  std::unique_ptr<transport::LocalLink> open(std::uint16_t port) const {
    switch (kind_) {
      case LinkKind::tun:
        return std::make_unique<transport::TunLink>(ends_.kernel, ports(kernel_port), ends_.peer,
                                                    ports(port));
      case LinkKind::sink:
        return std::make_unique<transport::SinkLink>(ends_.kernel, ports(kernel_port), ends_.peer,
                                                     ports(port));
      default:
        return std::make_unique<transport::LoopbackLink>(ends_.kernel, ports(kernel_port), ends_.peer,
                                                         ports(port), false);
    }
  }
  static std::vector<std::uint16_t> ports(std::uint16_t port) { return {port}; }

  void begin(std::uint16_t port) {
    prober_.reset();
    prober_.emplace(*link_, wire::Endpoint{ends_.kernel, kernel_port}, wire::Endpoint{ends_.peer, port});
  }

  LinkKind kind_;
  Ends ends_;
  std::uint16_t last_port_ = 40000;
  std::optional<os::RstGuard> guard_;
  std::unique_ptr<transport::LocalLink> link_;
  std::optional<Prober> prober_;
};

}  // namespace

std::string_view to_string(LinkKind link) {
  constexpr std::string_view names[] = {"loopback", "tun", "sink"};
  return names[static_cast<int>(link)];
}

MatrixResult run(const Plan& plan, const std::function<bool()>& stop) {
  MatrixResult result;
  result.kernel = kernel_release();
  result.link = to_string(plan.link);
  result.profile = plan.profile->name;
  result.rate_limits = plan.keep_rate_limits;
  prepare_namespace(plan.keep_rate_limits);
  for (const bool v6 : {false, true}) {
    if (v6 ? !plan.v6 : !plan.v4) continue;
    Bench bench(plan.link, v6);
    for (const StateVariant* state : plan.states)
      for (const SegmentClass* segment : plan.segments) {
        if (!applies(*segment, *state)) continue;
        if (stop && stop()) return result;
        const Cell cell{state, segment, v6};
        result.cells.push_back(judge(cell, bench.play(cell), *plan.profile));
      }
  }
  return result;
}

}  // namespace tcpcraft::matrix
