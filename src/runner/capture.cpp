#include <algorithm>
#include <cstdio>
#include <system_error>

#include <tcpcraft/calls/call.hpp>
#include <tcpcraft/runner/capture.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::runner {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

/// What a scenario says of its kernel, in one line, but for the address.
std::string kernel_line(const scenario::Kernel& kernel) {
  std::string text = "kernel: {app: " + kernel.app;
  std::string sysctls;
  for (const scenario::Sysctl& sysctl : kernel.sysctls)
    sysctls += (sysctls.empty() ? "" : ", ") + sysctl.name + ": " + quoted(sysctl.value);
  if (!sysctls.empty()) text += ", sysctl: {" + sysctls + "}";
  if (kernel.link == scenario::Wire::tun) text += ", link: tun";
  if (kernel.mtu) text += ", mtu: " + std::to_string(*kernel.mtu);
  return text + "}\n";
}

std::string name_before_verb(const scenario::Scenario& scenario, std::size_t peer) {
  const std::string& name = scenario.peers[peer].name;
  return name.empty() ? "" : name + "@";
}

/// Of data that is too long to be shown, the length.
std::string result_text(const std::string& result) {
  const std::string cut = "... len=";
  const std::size_t at = result.find(cut);
  return at == result.npos ? result : result.substr(at + cut.size()) + " bytes";
}

/// What was asked for and what came of it, as a scenario writes it.
std::string call_text(const scenario::Scenario& scenario, const engine::PassedCall& call) {
  std::string text = call.text;
  if (call.step && text != "finish")
    if (const auto* step = std::get_if<scenario::AppCall>(&scenario.steps[*call.step].action))
      text = (step->mode == scenario::AppCall::Mode::start ? "start " : "") +
             calls::format_call(step->call, SIZE_MAX);
  if (!call.result.empty()) text += " -> " + result_text(call.result);
  return name_before_verb(scenario, call.peer) + "app: " + text;
}

/// What a step waited for, as a scenario writes it, or which segments it was; empty where it was neither.
std::string note_text(const scenario::Scenario& scenario, const scenario::Step& step) {
  const std::string name = name_before_verb(scenario, step.peer);
  if (const auto* sent = std::get_if<scenario::SendStream>(&step.action))
    return name + "send: " + scenario::to_string(*sent, SIZE_MAX);
  if (const auto* expected = std::get_if<scenario::ExpectStream>(&step.action))
    return name + "expect: " + scenario::to_string(*expected, SIZE_MAX);
  if (const auto* wait = std::get_if<scenario::Wait>(&step.action))
    return "wait: " + wire::format_duration(wait->duration);
  const auto* silence = std::get_if<scenario::Silence>(&step.action);
  if (!silence || !silence->duration) return {};
  return name + "expect: nothing for " + wire::format_duration(*silence->duration);
}

}  // namespace

void Capture::began(const scenario::Scenario& scenario, const engine::Setup& setup) {
  std::string text = "tcpcraft run: " + scenario.title + "\n" + kernel_line(scenario.kernel);
  text += "kernel at " + setup.kernel.to_string();
  for (std::size_t i = 0; i < setup.peers.size(); ++i) {
    const std::string& name = scenario.peers[i].name;
    text += "\npeer " + (name.empty() ? "" : name + " ") + "at " + setup.peers[i].end.to_string();
  }
  attempt([&] { writer_.begin(text); });
}

void Capture::packet(const transport::Arrival& arrival, engine::Party from) {
  wire::Bytes packet = arrival.packet;
  if (from == engine::Party::kernel) wire::finish_checksum(packet);
  last_ = arrival.time;
  attempt([&] { writer_.write(packet, arrival.time, take_said(arrival.time)); });
}

void Capture::call(const scenario::Scenario& scenario, const engine::PassedCall& call) {
  said_.push_back({call_text(scenario, call), call.time});
}

void Capture::end(const scenario::Scenario& scenario, const engine::Result& result) {
  for (std::size_t i = 0; i < result.step_ends.size(); ++i)
    if (std::string text = note_text(scenario, scenario.steps[i]); !text.empty())
      said_.push_back({std::move(text), result.step_ends[i].time});
  if (!said_.empty()) attempt([&] { writer_.end(last_, take_said(last_)); });
}

/// With how long before this moment it was.
wire::PcapWriter::Comments Capture::take_said(wire::Time time) {
  wire::PcapWriter::Comments comments;
  for (Said& said : said_) {
    const auto since = (time - said.time).count();
    char text[48];
    std::snprintf(text, sizeof text, "  (%.6f s %s)", static_cast<double>(std::abs(since)) / 1e9,
                  since < 0 ? "later" : "before");
    comments.push_back(std::move(said.text) + text);
  }
  said_.clear();
  return comments;
}

template <class Write>
void Capture::attempt(Write write) {
  if (!error_.empty()) return;
  try {
    write();
  } catch (const std::system_error& error) {
    error_ = error.what();
  }
}

void Capture::restart() {
  said_.clear();
  writer_.begin();
  error_.clear();
}

}  // namespace tcpcraft::runner
