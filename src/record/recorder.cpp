#include <algorithm>
#include <ctime>
#include <map>

#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/scenario/format.hpp>

#include "inference.hpp"
#include "steps.hpp"

namespace tcpcraft::record {
namespace {

using wire::Flag;

/// A value that YAML would not take as it stands is quoted, and no part of it is taken for a `${name}`.
std::string scalar(std::string text) {
  for (std::size_t at = 0; (at = text.find("${", at)) != text.npos; at += 3) text.insert(at, 1, '$');
  const bool quoted = text.empty() || text.find(": ") != text.npos || text.find(" #") != text.npos ||
                      text.ends_with(':') || text.starts_with(' ') || text.ends_with(' ') ||
                      std::string_view("[]{},&*!|>'\"%@`#-?:").find(text.front()) != std::string_view::npos;
  if (!quoted) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

std::string moment(wire::Time time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

const Passed* passed(const Event& event) {
  return std::get_if<Passed>(&event.what);
}

const wire::Segment* first(const Conversation& conversation, std::size_t peer, bool to_kernel) {
  for (const Event& event : conversation.events)
    if (const Passed* one = passed(event); one && event.peer == peer && one->to_kernel == to_kernel)
      return &one->segment;
  return nullptr;
}

/// The window that a segment which says nothing about it has: the one that most have.
std::uint16_t usual_window(const Conversation& conversation, std::size_t peer, bool exact) {
  std::map<std::uint16_t, int> counts;
  for (const Event& event : conversation.events) {
    const Passed* one = passed(event);
    if (!one || event.peer != peer || !one->to_kernel || one->segment.has(Flag::rst)) continue;
    if (one->segment.has(Flag::syn) && !exact) continue;
    if (!exact) return one->segment.window;
    ++counts[one->segment.window];
  }
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() || counts.contains(65535) ? 65535 : most->first;
}

/// The options of the peer's first SYN, as far as they are of the usual kind.
scenario::PeerOptions options_of(const wire::Segment& syn) {
  scenario::PeerOptions options;
  if (const auto* mss = wire::find<wire::Mss>(syn.options)) options.mss = mss->value;
  if (const auto* scale = wire::find<wire::WindowScale>(syn.options)) options.wscale = scale->shift;
  options.sack = wire::find<wire::SackPermitted>(syn.options) != nullptr;
  options.timestamps = wire::find<wire::Timestamps>(syn.options) != nullptr;
  return options;
}

scenario::Peer peer_of(const Conversation& conversation, std::size_t index) {
  scenario::Peer peer;
  const bool exact = conversation.conditions.has_value();
  peer.address = conversation.peers[index].address;
  peer.window = usual_window(conversation, index, exact);
  for (const Event& event : conversation.events) {
    const Passed* one = passed(event);
    if (!one || event.peer != index || !one->to_kernel || !one->segment.has(Flag::syn)) continue;
    peer.options = options_of(one->segment);
    peer.iss = one->segment.seq.raw();
    return peer;
  }
  if (const wire::Segment* segment = first(conversation, index, true)) peer.iss = segment->seq.raw();
  return peer;
}

/// Whether the peer's numbers pass through 0: then the scenario is about that, perhaps.
bool wraps(const Conversation& conversation, std::size_t index, wire::SeqNum iss) {
  return std::any_of(conversation.events.begin(), conversation.events.end(), [&](const Event& event) {
    const Passed* one = passed(event);
    if (!one || event.peer != index || !one->to_kernel) return false;
    const std::int32_t distance = one->segment.end() - iss;
    return distance > 0 && one->segment.end().raw() < iss.raw();
  });
}

std::string peer_text(const Conversation& conversation, std::size_t index, const scenario::Peer& peer,
                      const std::string& indent, bool address) {
  std::string text;
  const auto line = [&](const std::string& what) { text += indent + what + "\n"; };
  if (address) line("address: \"" + peer.address.to_string() + "\"");
  if (peer.iss && wraps(conversation, index, wire::SeqNum(*peer.iss)))
    line("iss: " + std::to_string(*peer.iss));
  if (peer.window != 65535) line("window: " + std::to_string(peer.window));
  std::string options;
  const auto add = [&](const std::string& what) { options += (options.empty() ? "" : ", ") + what; };
  if (peer.options.mss) add("mss: " + std::to_string(*peer.options.mss));
  if (peer.options.sack) add("sack: true");
  if (peer.options.wscale) add("wscale: " + std::to_string(*peer.options.wscale));
  if (peer.options.timestamps) add("timestamps: true");
  if (!options.empty()) line("options: {" + options + "}");
  return text;
}

std::string step_text(const Step& step, const std::vector<std::string>& names) {
  std::string text = "  - ";
  const bool of_all = step.verb == "wait";
  if (step.peer > 0 && !of_all) text += names[step.peer] + "@";
  text += step.verb + ": " + scalar(step.value);
  if (!step.comment.empty()) text += "  # " + step.comment;
  return text + "\n";
}

std::string kernel_text(const Conversation& conversation, const Inferred& inferred, const std::string& app) {
  const bool external = app == "external";
  std::string text = "kernel:\n  app: " + app + "\n";
  const wire::Endpoint& kernel = conversation.kernel;
  constexpr std::uint16_t usual_port = 9877;
  const bool usual = !external && kernel.port == usual_port && !kernel.address.is_v6();
  if (!usual && (external || !inferred.tun)) text += "  address: \"" + kernel.to_string() + "\"\n";
  if (external) return text;
  if (!inferred.sysctls.empty()) {
    text += "  sysctl: {";
    for (std::size_t i = 0; i < inferred.sysctls.size(); ++i)
      text += (i > 0 ? ", " : "") + inferred.sysctls[i].first + ": " + inferred.sysctls[i].second;
    text += "}\n";
  }
  if (inferred.tun) text += "  link: tun\n";
  if (inferred.mtu) text += "  mtu: " + std::to_string(*inferred.mtu) + "\n";
  return text;
}

/// Why what was captured cannot be played again; empty where it can.
std::string refusal(const Conversation& conversation) {
  const std::string kernel = conversation.kernel.to_string(), peer = conversation.peers.front().to_string();
  const wire::Segment* const theirs = first(conversation, 0, true);
  const wire::Segment* const ours = first(conversation, 0, false);
  if (!theirs) return "nothing of " + peer + " was captured: what the peer is to send is not known";
  if (!ours) return "nothing of " + kernel + " was captured: there is nothing to expect of the kernel";
  const Passed* const begin = passed(conversation.events.front());
  if (begin && !begin->segment.has(Flag::syn))
    return "the capture begins in the midst of it, with packet " + std::to_string(begin->packet) +
           ": how it was opened is not known";
  return {};
}

}  // namespace

Recorded record(const Conversation& given, std::string_view app) {
  Recorded result;
  result.refused = refusal(given);
  if (!result.refused.empty()) return result;
  Conversation conversation = given;
  const Inferred inferred = infer(conversation);
  const std::string name = app.empty() ? inferred.app : std::string(app);
  const bool script = name == "script";
  if (script) conversation.events = with_calls(conversation);

  StepOptions options;
  for (std::size_t i = 0; i < conversation.peers.size(); ++i)
    options.peers.push_back(peer_of(conversation, i));
  options.exact = conversation.conditions.has_value();
  const auto first_call =
      std::find_if(conversation.events.begin(), conversation.events.end(),
                   [](const Event& event) { return std::holds_alternative<Call>(event.what); });
  const bool connects =
      first_call != conversation.events.end() && std::get<Call>(first_call->what).text == "connect";
  options.listening = name != "none" && !connects;
  const std::vector<Step> steps = with_blocks(steps_of(conversation, options), script);

  std::string text =
      "scenario: " +
      scalar(conversation.peers.front().to_string() + " to " + conversation.kernel.to_string() + ", " +
             moment(conversation.events.front().time)) +
      "\n";
  text += kernel_text(conversation, inferred, name);
  const bool v6_over_tun = inferred.tun && conversation.kernel.address.is_v6();
  scenario::Peer peer = options.peers.front();
  if (v6_over_tun) peer.address = *wire::IpAddress::parse("2001:db8::1");
  const std::string about_peer = peer_text(conversation, 0, peer, "  ", v6_over_tun);
  if (!about_peer.empty()) text += "peer:\n" + about_peer;
  text += "steps:\n";
  for (const Step& step : steps) text += step_text(step, {});

  const scenario::Formatted formatted = scenario::format(
      {"recorded.scn", text}, [](const std::string&) { return std::optional<wire::Bytes>(); });
  if (!formatted.diagnostics.empty()) {
    result.refused = "it cannot be written as a scenario: " + formatted.diagnostics.front().message;
    return result;
  }
  result.text = formatted.text;
  return result;
}

}  // namespace tcpcraft::record
