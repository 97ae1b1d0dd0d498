#include <algorithm>
#include <ctime>
#include <map>

#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/scenario/format.hpp>

#include "application.hpp"
#include "arrivals.hpp"
#include "inference.hpp"
#include "steps.hpp"
#include "stock_server.hpp"
#include "transfers.hpp"

namespace tcpcraft::record {
namespace {

using wire::Flag;

bool is_tun(const Conversation& conversation, const Inferred& inferred) {
  if (!conversation.conditions) return inferred.tun;
  return conversation.conditions->kernel.find(", link: tun") != std::string::npos;
}

/// A value that YAML would not take as it stands is quoted, and no part of it is taken for a `${name}`.
std::string scalar(std::string text, std::string_view quote = "''") {
  for (std::size_t at = 0; (at = text.find("${", at)) != text.npos; at += 3) text.insert(at, 1, '$');
  const bool quoted = text.empty() || text.find(": ") != text.npos || text.find(" #") != text.npos ||
                      text.ends_with(':') || text.starts_with(' ') || text.ends_with(' ') ||
                      std::string_view("[]{},&*!|>'\"%@`#-?:").find(text.front()) != std::string_view::npos;
  if (!quoted) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string(quote) : std::string(1, c);
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

/// The window that a segment which says nothing about it has: the one that most have; of a foreign peer, the
/// first.
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
  text +=
      step.verb + ": " +
      scalar(step.value, step.verb == "send" || step.verb == "expect" || step.verb == "app" ? "\\x27" : "''");
  if (!step.comment.empty()) text += "  # " + step.comment;
  return text + "\n";
}

/// Alone, a key has a line of its own.
std::string kernel_map(const std::string& items) {
  return items.find(',') == items.npos ? "kernel:\n  " + items + "\n" : "kernel: {" + items + "}\n";
}

/// The side under test, in the order of the format.
std::string kernel_text(const Conversation& conversation, const Inferred& inferred, const std::string& app) {
  const wire::Endpoint& kernel = conversation.kernel;
  const bool exact = conversation.conditions.has_value();
  const bool tun = is_tun(conversation, inferred);
  const bool usual = kernel == *wire::Endpoint::parse(tun ? "192.0.2.2:9877" : "127.0.0.1:9877");
  std::string text = "app: " + app;
  if (!usual || app == "external") text += ", address: \"" + kernel.to_string() + "\"";
  if (exact) return kernel_map(text + conversation.conditions->kernel);
  std::string sysctls;
  for (const auto& [name, value] : inferred.sysctls)
    sysctls += (sysctls.empty() ? "" : ", ") + name + ": " + value;
  if (app != "external" && !sysctls.empty()) text += ", sysctl: {" + sysctls + "}";
  if (app != "external" && tun) text += ", link: tun";
  if (app != "external" && inferred.mtu) text += ", mtu: " + std::to_string(*inferred.mtu);
  return kernel_map(text);
}

std::string peers_text(const Conversation& conversation, const std::vector<scenario::Peer>& peers, bool tun) {
  const std::string usual = !tun                                  ? conversation.kernel.address.to_string()
                            : conversation.kernel.address.is_v6() ? "2001:db8::1"
                                                                  : "192.0.2.1";
  const auto about = [&](std::size_t i, const char* indent) {
    return peer_text(conversation, i, peers[i], indent, peers[i].address.to_string() != usual);
  };
  if (peers.size() == 1) {
    const std::string text = about(0, "  ");
    return text.empty() ? "" : "peer:\n" + text;
  }
  std::string text = "peers:\n";
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const std::string one = about(i, "    ");
    text += "  " + conversation.conditions->names[i] + ":" + (one.empty() ? " {}\n" : "\n" + one);
  }
  return text;
}

std::string title_of(const Conversation& conversation) {
  if (conversation.conditions) return conversation.conditions->title;
  return conversation.peers.front().to_string() + " to " + conversation.kernel.to_string() + ", " +
         moment(conversation.events.front().time);
}

/// Why what was captured cannot be played again; empty where it can.
std::string refusal(const Conversation& conversation) {
  if (!conversation.too_much.empty()) return conversation.too_much;
  if (conversation.conditions) return conversation.events.empty() ? "no packet passed" : "";
  const std::string kernel = conversation.kernel.to_string(), peer = conversation.peers.front().to_string();
  const wire::Segment* const theirs = first(conversation, 0, true);
  const wire::Segment* const ours = first(conversation, 0, false);
  if (!theirs) return "nothing of " + peer + " was captured: what the peer is to send is not known";
  if (!ours) return "nothing of " + kernel + " was captured: there is nothing to expect of the kernel";
  const Passed* const begin = passed(conversation.events.front());
  if (begin && !begin->segment.has(Flag::syn))
    return "the capture begins in the midst of it, with packet " + std::to_string(begin->packet) +
           ": how it was opened is not known";
  return what_is_missing(conversation);
}

/// Whether nothing listens before the application says so.
bool opens_itself(const Conversation& conversation) {
  for (const Event& event : conversation.events) {
    const auto* call = std::get_if<Call>(&event.what);
    if (!call || call->text.starts_with("set ") || call->text.starts_with("get ")) continue;
    return call->text.find("connect") != std::string::npos || call->text.starts_with("listen");
  }
  return false;
}

/// What nobody looks at is written by its length, where it is long.
void shorten(std::vector<Event>& events) {
  constexpr std::size_t longest = 200;
  for (Event& event : events)
    if (auto* one = std::get_if<Passed>(&event.what))
      one->by_length |= one->to_kernel && one->segment.payload.size() > longest;
}

scenario::Formatted laid_out(const std::string& text) {
  return scenario::format({"recorded.scn", text},
                          [](const std::string&) { return std::optional<wire::Bytes>(); });
}

}  // namespace

const std::vector<Approach>& approaches() {
  using enum Approach::Cut;
  static const std::vector<Approach> all{
      {},
      {.script = true},
      {.script = true, .cut = captured},
      {.script = true, .lone_acks = true, .cut = captured},
      {.script = true, .pieces = true, .lone_acks = true, .cut = captured},
      {.script = true, .as_captured = true, .cut = captured},
      {.script = true, .pauses = true, .cut = captured},
      {.script = true, .pieces = true, .lone_acks = true, .pauses = true, .cut = captured},
      {.script = true, .lone_acks = true, .cut = open},
      {.script = true, .pieces = true, .lone_acks = true, .cut = open},
  };
  return all;
}

Recorded record(const Conversation& given, std::string_view app, Approach approach) {
  Recorded result;
  result.refused = refusal(given);
  if (!result.refused.empty()) return result;
  Conversation conversation = given;
  const bool exact = conversation.conditions.has_value();
  if (exact) approach = {};
  if (!exact) conversation.events = as_it_arrived(conversation, approach.as_captured);
  const Inferred inferred = exact ? Inferred{} : infer(conversation);
  std::string name(app);
  if (name.empty()) name = exact ? conversation.conditions->app : app_of(conversation);
  if (approach.script && app.empty() && name != "none") name = "script";
  const bool script = name == "script";
  if (script && !exact) conversation.events = with_calls(conversation, approach.pieces);

  if (!exact && (script || name == "discard")) shorten(conversation.events);

  StepOptions options;
  for (std::size_t i = 0; i < conversation.peers.size(); ++i)
    options.peers.push_back(peer_of(conversation, i));
  options.exact = exact;
  options.pauses = approach.pauses;
  options.lone_acks = approach.lone_acks;
  options.calls = script;
  options.listening = name != "none" && !(script && opens_itself(conversation));
  std::vector<Step> steps = with_blocks(steps_of(conversation, options), script);
  using Cut = Approach::Cut;
  const bool is_external = name == "external";
  if (is_external) steps = with_either_first(std::move(steps));
  const Cut cut = is_external ? Cut::open : approach.cut;  // no two servers write alike
  if (!exact && (script || is_external) && cut != Cut::captured) {
    constexpr std::size_t few = 3, many = 16;
    const bool is_open = cut == Cut::open;
    steps = with_streams(std::move(steps), {is_open ? few : many, is_open, script});
  }

  std::string text = "scenario: " + scalar(title_of(conversation)) + "\n";
  text += kernel_text(conversation, inferred, name);
  text += peers_text(conversation, options.peers, is_tun(conversation, inferred));
  text += "steps:\n";
  const std::vector<std::string> names = exact ? conversation.conditions->names : std::vector<std::string>();
  for (const Step& step : steps) text += step_text(step, names);

  const scenario::Formatted formatted = laid_out(text);
  if (!formatted.diagnostics.empty()) {
    result.refused = "it cannot be written as a scenario: " + formatted.diagnostics.front().message;
    return result;
  }
  result.text = formatted.text;
  return result;
}

std::string with_comment(const std::string& text, std::size_t line, const std::string& comment) {
  std::size_t end = text.find('\n');
  for (; line > 1 && end != text.npos; --line) end = text.find('\n', end + 1);
  if (end == text.npos) return text;
  return laid_out(text.substr(0, end) + "  # " + comment + text.substr(end)).text;
}

}  // namespace tcpcraft::record
