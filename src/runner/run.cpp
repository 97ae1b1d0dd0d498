#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>

#include <tcpcraft/kernel/local_side.hpp>
#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/runner/requirements.hpp>
#include <tcpcraft/runner/run.hpp>
#include <tcpcraft/transport/loopback_link.hpp>
#include <tcpcraft/transport/remote_link.hpp>
#include <tcpcraft/transport/sink_link.hpp>
#include <tcpcraft/transport/tun_link.hpp>

namespace tcpcraft::runner {
namespace {

constexpr const char* needs_raw_sockets =
    "raw sockets need CAP_NET_RAW in the host's network: run as root, or leave out --net host";

constexpr std::chrono::seconds stamp_patience{1};

void add_port(std::vector<std::uint16_t>& ports, std::optional<std::uint16_t> port) {
  if (port && std::find(ports.begin(), ports.end(), *port) == ports.end()) ports.push_back(*port);
}

os::SocketAddress socket_address(const wire::IpAddress& address, std::uint16_t port) {
  return os::SocketAddress::from(address.data(), address.size(), port);
}

/// The ports of both sides that take part, the peers' own first, in their order; and what keeps the kernel
/// from answering at the peers'.
struct Ports {
  std::vector<std::uint16_t> kernel;
  std::vector<std::uint16_t> peer;
  std::vector<wire::Endpoint> guarded;
  std::deque<os::RstGuard> guards;

  /// Port 0 has one picked, which is returned.
  std::uint16_t guard(const wire::Endpoint& end) {
    const bool picked = end.port == 0;
    if (!picked && std::find(guarded.begin(), guarded.end(), end) != guarded.end()) return end.port;
    guards.emplace_back(socket_address(end.address, end.port));
    guarded.push_back({end.address, guards.back().port()});
    return guards.back().port();
  }
};

/// Behind a device the peers' addresses are not the kernel's: there is nothing to guard, and every port is
/// free.
void choose_ports(std::vector<engine::PeerSetup>& peers) {
  std::uint16_t usual_port = 40000;
  const auto is_taken = [&](const engine::PeerSetup& peer) { return peer.end.port == usual_port; };
  for (engine::PeerSetup& peer : peers) {
    if (peer.end.port != 0) continue;
    while (std::any_of(peers.begin(), peers.end(), is_taken)) ++usual_port;
    peer.end.port = usual_port;
  }
}

/// Those that are written come first: a port that is picked is none of them then.
void guard_ports(const wire::Endpoint& kernel, std::vector<engine::PeerSetup>& peers, Ports& ports) {
  for (engine::PeerSetup& peer : peers)
    if (peer.end.port != 0) ports.guard(peer.end);
  for (engine::PeerSetup& peer : peers)
    while (peer.end.port == 0 || peer.end == kernel) peer.end.port = ports.guard({peer.end.address, 0});
}

/// Gives each peer its port, and guards all that the peers send from.
Ports reserve_ports(const scenario::Scenario& scenario, std::vector<engine::PeerSetup>& peers) {
  Ports ports;
  const bool guarded = scenario.kernel.link == scenario::Wire::loopback;
  if (guarded)
    guard_ports(scenario.kernel.address, peers, ports);
  else
    choose_ports(peers);
  ports.kernel = {scenario.kernel.address.port};
  for (const engine::PeerSetup& peer : peers) add_port(ports.peer, peer.end.port);
  for (const scenario::Step& step : scenario.steps) {
    const auto* send = std::get_if<scenario::Send>(&step.action);
    if (!send) continue;
    const std::optional<std::uint16_t> source = send->segment.spec.source_port;
    add_port(ports.kernel, send->segment.spec.destination_port);
    add_port(ports.peer, source);
    if (guarded && source.value_or(0) != 0) ports.guard({peers[step.peer].end.address, *source});
  }
  return ports;
}

engine::Result refused(engine::Verdict verdict, std::string reason, std::optional<scenario::Span> place) {
  engine::Result result;
  result.verdict = verdict;
  result.reason = std::move(reason);
  result.place = place;
  return result;
}

engine::Result sysctl_refused(const scenario::Sysctl& sysctl, const os::SystemError& error) {
  switch (error.code().value()) {
    case ENOENT:
      return refused(engine::Verdict::error, "this kernel has no sysctl '" + sysctl.name + "'", sysctl.span);
    case EINVAL:
      return refused(engine::Verdict::error, "the kernel refuses the value of '" + sysctl.name + "'",
                     sysctl.span);
    default:
      return refused(engine::Verdict::skip, "'" + sysctl.name + "' cannot be set in a private namespace",
                     sysctl.span);
  }
}

/// Whether the system does not have what was asked for, or not for us.
bool is_refusal(int error) {
  return error == EPERM || error == EACCES || error == ENOENT || error == ENODEV || error == EOPNOTSUPP;
}

/// Whether a step states a time, which only the kernel's own stamps can tell.
bool has_times(const scenario::Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const scenario::Step& step) {
    const auto timed = [](const scenario::Expect& expect) { return expect.segment.spec.within.has_value(); };
    const auto* expect = std::get_if<scenario::Expect>(&step.action);
    const auto* order = std::get_if<scenario::AnyOrder>(&step.action);
    return (expect && timed(*expect)) ||
           (order && std::any_of(order->segments.begin(), order->segments.end(), timed));
  });
}

/// Whether anything is to be judged by the time at which it came.
bool takes_time(const scenario::Scenario& scenario) {
  return has_times(scenario) ||
         std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const scenario::Step& step) {
           const auto* silence = std::get_if<scenario::Silence>(&step.action);
           return std::holds_alternative<scenario::Wait>(step.action) || (silence && silence->duration);
         });
}

/// The other peers may have other addresses.
void add_peers(transport::LocalLink& link, const engine::Setup& setup) {
  std::vector<wire::IpAddress> known{setup.peers.front().end.address};
  for (const engine::PeerSetup& peer : setup.peers) {
    if (std::find(known.begin(), known.end(), peer.end.address) != known.end()) continue;
    link.add_peer(peer.end.address);
    known.push_back(peer.end.address);
  }
}

/// A TUN device where one can be had and no time counts, which it does not tell; otherwise a sink device.
std::unique_ptr<transport::LocalLink> open_device(const scenario::Scenario& scenario,
                                                  const engine::Setup& setup, const Ports& ports) {
  const wire::IpAddress& kernel = setup.kernel.address;
  const wire::IpAddress& peer = setup.peers.front().end.address;
  const unsigned mtu = scenario.kernel.mtu.value_or(1500);
  std::unique_ptr<transport::LocalLink> link;
  if (!takes_time(scenario)) {
    try {
      link = std::make_unique<transport::TunLink>(kernel, ports.kernel, peer, ports.peer, mtu);
    } catch (const os::SystemError&) {
      // The sink says what is wrong where it cannot be had either.
    }
  }
  if (!link) link = std::make_unique<transport::SinkLink>(kernel, ports.kernel, peer, ports.peer, mtu);
  add_peers(*link, setup);
  return link;
}

std::unique_ptr<transport::Link> open_link(Net net, const engine::Setup& setup, const Ports& ports,
                                           bool stamped) {
  const wire::IpAddress& kernel = setup.kernel.address;
  const wire::IpAddress& peer = setup.peers.front().end.address;
  const bool elsewhere = net == Net::target && kernel != peer;  // not an address of this host
  if (elsewhere) return std::make_unique<transport::RemoteLink>(kernel, ports.kernel, peer, ports.peer);
  auto link =
      std::make_unique<transport::LoopbackLink>(kernel, ports.kernel, peer, ports.peer, net != Net::isolated);
  add_peers(*link, setup);
  if (stamped) link->await_stamps(stamp_patience);
  return link;
}

std::unique_ptr<kernel::LocalSide> open_side(const scenario::Scenario& scenario, const engine::Setup& setup) {
  using Start = kernel::Script::Start;
  const std::string& app = scenario.kernel.app;
  std::vector<wire::Endpoint> peers;
  for (const engine::PeerSetup& peer : setup.peers) peers.push_back(peer.end);
  if (app != "script")
    return std::make_unique<kernel::LocalSide>(*kernel::parse_app(app), setup.kernel, std::move(peers));
  const Start start = scenario::listens_at_first(scenario) ? Start::listening : Start::idle;
  return std::make_unique<kernel::LocalSide>(start, setup.kernel, std::move(peers));
}

void add_address(const wire::IpAddress& address) {
  if (!address.is_loopback()) os::add_loopback_address(address.data(), address.size());
}

/// What cannot be had on the host.
std::optional<engine::Result> refuse_on_host(const scenario::Scenario& scenario) {
  const scenario::Kernel& kernel = scenario.kernel;
  const auto skip = [](const char* reason) { return refused(engine::Verdict::skip, reason, {}); };
  if (!kernel.sysctls.empty()) return skip("it sets sysctls, and those of the host are left alone");
  if (kernel.link == scenario::Wire::tun)
    return skip("it has a device of its own, which needs a private network: leave out --net host");
  if (kernel.mtu) return skip("it sets the MTU, and that of the host's loopback is left alone");
  const auto is_loopback = [](const scenario::Peer& peer) { return peer.address.is_loopback(); };
  if (!kernel.address.address.is_loopback() ||
      !std::all_of(scenario.peers.begin(), scenario.peers.end(), is_loopback))
    return skip("its addresses are not the host's loopback");
  return {};
}

/// The sysctls that the scenario requires are those of the network it runs in.
std::optional<engine::Result> without_sysctl(const scenario::Scenario& scenario) {
  for (const scenario::Requirement& requirement : scenario.requirements) {
    if (requirement.kind != scenario::Requirement::Kind::sysctl) continue;
    if (auto reason = unmet(requirement, this_system()))
      return refused(engine::Verdict::skip, std::move(*reason), {});
  }
  return {};
}

}  // namespace

namespace {

/// A new namespace takes over the host's choice of congestion control, and with it when a burst leaves: with
/// that of RFC 5681, which every kernel has, a scenario means the same everywhere.
void choose_congestion_control() {
  try {
    os::write_sysctl("net.ipv4.tcp_congestion_control", "reno");
  } catch (const os::SystemError&) {
    // Where it is not ours to choose, the host's serves.
  }
}

}  // namespace

void enter_network(Net net) {
  if (net != Net::isolated) {
    if (!os::may_use_raw_sockets()) throw CannotRun(needs_raw_sockets);
    return;
  }
  static bool entered = false;
  try {
    entered ? os::renew_private_network() : os::enter_private_network();
    entered = true;
  } catch (const os::SystemError& error) {
    throw CannotRun(std::string("cannot make a private network: ") + error.what() + "\n" +
                    os::why_not_private(error.code().value()));
  }
  os::bring_up_loopback();
  choose_congestion_control();
}

std::optional<engine::Result> furnish(const scenario::Scenario& scenario, Net net) {
  const scenario::Kernel& kernel = scenario.kernel;
  if (auto lacking = without_sysctl(scenario)) return lacking;
  if (net == Net::host) return refuse_on_host(scenario);
  if (kernel.app == "external")
    return refused(engine::Verdict::skip, "nothing else can listen in a private network: use --net host", {});
  for (const scenario::Sysctl& sysctl : kernel.sysctls) {
    try {
      os::write_sysctl(sysctl.name, sysctl.value);
    } catch (const os::SystemError& error) {
      return sysctl_refused(sysctl, error);
    }
  }
  if (kernel.link == scenario::Wire::tun) return {};  // which brings the addresses along
  if (kernel.mtu) os::set_loopback_mtu(*kernel.mtu);
  add_address(kernel.address.address);
  for (const scenario::Peer& peer : scenario.peers)
    if (peer.address != kernel.address.address) add_address(peer.address);
  return {};
}

std::uint32_t initial_sequence_number(const scenario::Scenario& scenario, std::size_t peer,
                                      std::uint64_t seed) {
  if (scenario.peers[peer].iss) return *scenario.peers[peer].iss;
  std::uint64_t x = seed + peer * 0x9e3779b97f4a7c15;
  for (const char c : scenario.title) x = (x ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return static_cast<std::uint32_t>(x >> 32);
}

engine::Result play(const scenario::Scenario& scenario, const RunOptions& options, engine::Clock& clock) {
  engine::Setup setup;
  setup.kernel = scenario.kernel.address;
  for (std::size_t i = 0; i < scenario.peers.size(); ++i)
    setup.peers.push_back({{scenario.peers[i].address, scenario.peers[i].port.value_or(0)},
                           wire::SeqNum(initial_sequence_number(scenario, i, options.seed))});
  const Ports ports = reserve_ports(scenario, setup.peers);
  const bool times = has_times(scenario);
  setup.immediate = options.net == Net::isolated;
  setup.observations = options.observations;
  setup.note_rules = options.note_rules;
  setup.fresh_counters = setup.immediate && !times;  // waiting for stamps moves them
  if (scenario.kernel.link == scenario::Wire::loopback && scenario.kernel.mtu)
    setup.largest_datagram = std::min<std::size_t>(*scenario.kernel.mtu, setup.largest_datagram);

  // The kernel's address comes with a device.
  std::unique_ptr<transport::LocalLink> device;
  try {
    if (scenario.kernel.link == scenario::Wire::tun) device = open_device(scenario, setup, ports);
  } catch (const os::SystemError& error) {
    if (!is_refusal(error.code().value())) throw;
    return refused(engine::Verdict::skip, std::string("no device can be made here: ") + error.what(), {});
  }
  const std::unique_ptr<kernel::LocalSide> side = open_side(scenario, setup);
  side->watch(options.drops);
  if (device && times) device->await_stamps(stamp_patience);
  std::unique_ptr<transport::Link> link =
      device ? std::move(device) : open_link(options.net, setup, ports, times);
  engine::Result result = engine::play(scenario, setup, *link, *side, clock, options.observer, options.tap);
  if (options.net != Net::target) side->discard_connections();
  if (options.link) *options.link = std::move(link);
  return result;
}

}  // namespace tcpcraft::runner
