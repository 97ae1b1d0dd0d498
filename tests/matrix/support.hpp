#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tcpcraft/matrix/prober.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/transport/loopback_link.hpp>

#include "kernel/client.hpp"
#include "os/private_network.hpp"

namespace tcpcraft::matrix::test {

/// A prober over the loopback link, with the guard that it needs.
class Bench {
 public:
  explicit Bench(bool v6)
      : kernel_(tcpcraft::test::loopback(v6, 9877)),
        peer_(tcpcraft::test::loopback(v6, 0)),
        guard_(os::SocketAddress::from(peer_.address.data(), peer_.address.size(), 0)) {
    peer_.port = guard_.port();
    link_.emplace(kernel_.address, std::vector<std::uint16_t>{kernel_.port}, peer_.address,
                  std::vector<std::uint16_t>{peer_.port}, false);
    prober_.emplace(*link_, kernel_, peer_);
  }

  Observation play(const StateVariant& state, const SegmentClass& segment) {
    return prober_->play({&state, &segment, kernel_.address.is_v6()});
  }
  Observation play(std::string_view state, std::string_view segment) {
    return play(*find_state_variant(state), *find_segment_class(segment));
  }

 private:
  wire::Endpoint kernel_;
  wire::Endpoint peer_;
  os::RstGuard guard_;
  std::optional<transport::LoopbackLink> link_;
  std::optional<Prober> prober_;
};

/// By the address family.
class ProberTest : public tcpcraft::test::PrivateNetwork, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped()) return;
    prepare_namespace(false);
    bench.emplace(GetParam());
  }

  std::optional<Bench> bench;
};

/// The variables that the table's expressions name.
inline std::map<std::string, std::uint32_t> variables(const model::Tcb& tcb) {
  return {{"R", tcb.rcv_nxt.raw()},
          {"RCV.NXT", tcb.rcv_nxt.raw()},
          {"W", tcb.rcv_wnd()},
          {"U", tcb.snd_una.raw()},
          {"SND.UNA", tcb.snd_una.raw()},
          {"N", tcb.snd_nxt.raw()},
          {"SND.NXT", tcb.snd_nxt.raw()},
          {"MW", tcb.max_snd_wnd},
          {"IRS", tcb.irs.value_or(tcb.rcv_nxt - 1).raw()},
          {"TR", tcb.ts_recent}};
}

/// A segment in the table's notation, with numbers.
inline std::string show(const wire::Segment& segment, bool chooses_iss) {
  using wire::Flag;
  std::string control;
  const auto add = [&](Flag flag, const char* name) {
    if (segment.has(flag)) control += (control.empty() ? "" : ",") + std::string(name);
  };
  add(Flag::fin, "FIN");
  add(Flag::syn, "SYN");
  add(Flag::rst, "RST");
  add(Flag::ack, "ACK");
  std::string said = "SEQ=" + (chooses_iss ? "ISS(new)" : std::to_string(segment.seq.raw())) + " ";
  if (segment.has(Flag::ack)) said += "ACK=" + std::to_string(segment.ack.raw()) + " ";
  said += "CTL=" + control + " ";
  if (!segment.payload.empty()) said += "LEN=" + std::to_string(segment.payload.size()) + " ";
  return said;
}

inline std::string show_trace(const Observation& observation) {
  std::string text;
  for (const Passed& passed : observation.trace)
    text += std::string("\n    ") + (passed.from_kernel ? "kernel " : "peer   ") +
            show(passed.segment, false) + "WND=" + std::to_string(passed.segment.window) +
            " LEN=" + std::to_string(passed.segment.payload.size());
  return text;
}

}  // namespace tcpcraft::matrix::test
