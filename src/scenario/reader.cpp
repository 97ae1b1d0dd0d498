#include <algorithm>
#include <fstream>
#include <iterator>

#include <tcpcraft/scenario/reader.hpp>
#include <tcpcraft/scenario/words.hpp>
#include <tcpcraft/standard/requirement.hpp>

#include "context.hpp"
#include "expand.hpp"
#include "facts_reader.hpp"
#include "peer_reader.hpp"
#include "variants.hpp"

namespace tcpcraft::scenario {
namespace {

constexpr std::uint16_t default_port = 9877;

bool is_rfc_reference(std::string_view text) {
  const std::size_t hash = text.find('#');
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return hash != text.npos && hash > 0 && std::all_of(text.begin(), text.begin() + hash, is_digit) &&
         hash + 1 < text.size();
}

/// The requirement that a reference names; empty where it names a section, which begins with a digit or is an
/// appendix.
std::string_view requirement_in(std::string_view reference) {
  constexpr std::string_view of_9293 = "9293#";
  if (!reference.starts_with(of_9293)) return {};
  reference.remove_prefix(of_9293.size());
  const bool is_section =
      (reference[0] >= '0' && reference[0] <= '9') || reference.size() == 1 || reference[1] == '.';
  return is_section ? std::string_view{} : reference;
}

/// Whether one of these steps makes a socket call, if only within a repeat.
bool makes_call(const yaml::Node& steps) {
  return std::any_of(steps.items.begin(), steps.items.end(), makes_call) ||
         std::any_of(steps.entries.begin(), steps.entries.end(), [](const yaml::Entry& entry) {
           return entry.key.text == "app" || (entry.key.text == "use" && entry.value.text == "active-open") ||
                  makes_call(entry.value);
         });
}

class ScenarioReader {
 public:
  ScenarioReader(Context& context, std::size_t& steps_left)
      : context_(context), steps_left_(steps_left), peers_(context) {
    scenario_.kernel.address = {wire::IpAddress::v4({127, 0, 0, 1}), default_port};
  }

  Scenario read(const yaml::Node& root) {
    bool titled = false;
    const yaml::Node *steps = nullptr, *blocks = nullptr;
    context_.read_map(
        root, "a scenario",
        {
            {"scenario",
             [&](const auto& v, const auto&) {
               titled = true;
               read_title(v);
             }},
            {"about",
             [&](const auto& v, const auto&) { scenario_.about = context_.text(v, "about").value_or(""); }},
            {"rfc", [&](const auto& v, const auto&) { read_rfc(v); }},
            {"tags", [&](const auto& v, const auto&) { scenario_.tags = context_.words(v, "tags"); }},
            {"requires",
             [&](const auto& v, const auto&) { scenario_.requirements = read_requirements(context_, v); }},
            {"kernel", [&](const auto& v, const auto&) { read_kernel(v); }},
            {"peer", [&](const auto& v, const auto& k) { peers_.read_peer(v, k); }},
            {"peers", [&](const auto& v, const auto& k) { peers_.read_peers(v, k); }},
            {"steps", [&](const auto& v, const auto&) { steps = &v; }},
            {"for", [](const auto&, const auto&) {}},  // read before
            {"blocks", [&](const auto& v, const auto&) { blocks = &v; }},
        });
    const Span top{root.span.begin, root.span.begin};
    if (root.kind == yaml::Node::Kind::map && !titled)
      context_.error(top, "the key 'scenario' is missing", "scenario: one line, the behaviour tested");
    if (root.kind == yaml::Node::Kind::map && !steps)
      context_.error(top, "the key 'steps' is missing", "steps: a list of what happens");
    if (steps) scenario_.steps = read_steps(context_, *steps, blocks, peers_.names(), steps_left_);
    settle_app(blocks);
    scenario_.peers = peers_.settle(scenario_.kernel, kernel_address_span_);
    check_mtu();
    check_icmp();
    return std::move(scenario_);
  }

 private:
  void read_title(const yaml::Node& node) {
    scenario_.title = context_.text(node, "scenario").value_or("");
    if (scenario_.title.find('\n') != std::string::npos) context_.error(node.span, "'scenario' is one line");
  }

  void read_rfc(const yaml::Node& node) {
    scenario_.rfc = context_.words(node, "rfc");
    for (const yaml::Node& item : node.items) {
      if (item.kind != yaml::Node::Kind::scalar || item.text.empty()) continue;
      if (!is_rfc_reference(item.text))
        context_.error(item.span, "not a reference to an RFC", "NUMBER#SECTION: 9293#3.5");
      else if (const auto name = requirement_in(item.text); !name.empty())
        check_requirement(item, name);
    }
  }

  void check_requirement(const yaml::Node& item, std::string_view name) {
    if (standard::find_requirement(name)) return;
    context_.error(item.part(item.text.size() - name.size(), item.text.size()),
                   "RFC 9293 has no requirement '" + std::string(name) + "'",
                   did_you_mean(name, standard::requirement_names()));
  }

  void read_kernel(const yaml::Node& node) {
    context_.read_map(node, "'kernel'",
                      {
                          {"app", [&](const auto& v, const auto&) { read_app(v); }},
                          {"address", [&](const auto& v, const auto&) { read_kernel_address(v); }},
                          {"sysctl", [&](const auto& v, const auto&) { read_sysctls(v); }},
                          {"link", [&](const auto& v, const auto&) { read_link(v); }},
                          {"mtu", [&](const auto& v, const auto&) { read_mtu(v); }},
                      });
  }

  void read_app(const yaml::Node& node) {
    const auto name = context_.text(node, "kernel.app");
    if (!name) return;
    if (std::find(words::apps.begin(), words::apps.end(), *name) == words::apps.end())
      return context_.error(node.span, "unknown app '" + *name + "'", did_you_mean(*name, words::apps));
    app_is_given_ = true;
    scenario_.kernel.app = *name;
  }

  void read_link(const yaml::Node& node) {
    const auto link = context_.text(node, "kernel.link");
    if (!link || *link == "loopback") return;
    if (*link == "tun")
      scenario_.kernel.link = Wire::tun;
    else
      context_.error(node.span, "unknown link '" + *link + "'", "loopback or tun");
  }

  void read_mtu(const yaml::Node& node) {
    const auto mtu = context_.integer(node, "kernel.mtu", 68, 65536);
    if (!mtu) return;
    scenario_.kernel.mtu = static_cast<unsigned>(*mtu);
    mtu_span_ = node.span;
  }

  void read_kernel_address(const yaml::Node& node) {
    const auto text = context_.text(node, "kernel.address");
    if (!text) return;
    const auto address = wire::Endpoint::parse(*text);
    if (!address || address->port == 0)
      return context_.error(node.span, "not an address and port", "A.B.C.D:PORT or [V6]:PORT");
    scenario_.kernel.address = *address;
    kernel_address_span_ = node.span;
  }

  void read_sysctls(const yaml::Node& node) {
    if (node.kind != yaml::Node::Kind::map)
      return context_.error(node.span, "'kernel.sysctl' is a map of names to values");
    for (const auto& [key, value] : node.entries) {
      const auto text = context_.text(value, key.text);
      std::string name = key.text;
      if (name.starts_with("tcp_")) name = "net.ipv4." + name;
      const auto same = [&](const Sysctl& other) { return other.name == name; };
      if (!name.starts_with("net.") || name.find('/') != name.npos || name.find("..") != name.npos)
        context_.error(key.span, "not the name of a network sysctl", "with dots: net.ipv4.tcp_rfc1337");
      else if (std::any_of(scenario_.kernel.sysctls.begin(), scenario_.kernel.sysctls.end(), same))
        context_.error(key.span, "the key '" + key.text + "' is given twice");
      else if (text)
        scenario_.kernel.sysctls.push_back({name, *text, {key.span.begin, value.span.end}});
    }
  }

  /// Socket calls need a script; without any, the `accept` of a handshake is left to the application. Those
  /// of a block count wherever it is used, so that all variants of a file have the same application.
  void settle_app(const yaml::Node* blocks) {
    std::vector<Step>& steps = scenario_.steps;
    Kernel& kernel = scenario_.kernel;
    const auto is_call = [](const Step& step, bool if_script) {
      const auto* call = std::get_if<AppCall>(&step.action);
      return call && call->if_script == if_script;
    };
    const auto first =
        std::find_if(steps.begin(), steps.end(), [&](const Step& step) { return is_call(step, false); });
    const bool in_block =
        blocks && std::any_of(blocks->entries.begin(), blocks->entries.end(),
                              [](const yaml::Entry& block) { return makes_call(block.value); });
    if (!app_is_given_ && (first != steps.end() || in_block)) kernel.app = "script";
    if (kernel.app == "script") return;
    if (first != steps.end())
      context_.error(first->verb,
                     "only a script makes socket calls, and 'kernel.app' is '" + kernel.app + "'",
                     "leave 'kernel.app' out, or write 'app: script' there");
    std::erase_if(steps, [&](const Step& step) { return is_call(step, true); });
  }

  void check_mtu() {
    if (!mtu_span_) return;
    const unsigned mtu = *scenario_.kernel.mtu;
    if (mtu < 1280 && scenario_.kernel.address.address.is_v6())
      context_.error(*mtu_span_, "IPv6 needs an MTU of at least 1280 bytes");
    if (mtu > 65535 && scenario_.kernel.link == Wire::tun)
      context_.error(*mtu_span_, "a device has an MTU of at most 65535 bytes");
  }

  /// Each version of IP has messages that the other has not.
  void check_icmp() {
    const bool v6 = scenario_.kernel.address.address.is_v6();
    for (const Step& step : scenario_.steps) {
      const auto* send = std::get_if<SendIcmp>(&step.action);
      if (!send || send->message.name.empty()) continue;
      if (!wire::icmp_header(send->message, v6))
        context_.error(send->name, "the ICMP of IPv" + std::string(v6 ? "6" : "4") + " has no such message",
                       "the kernel is at " + scenario_.kernel.address.to_string());
      if (!v6 && send->message.mtu && *send->message.mtu > 0xffff)
        context_.error(send->mtu, "the ICMP of IPv4 has 16 bits for an MTU", "a number from 0 to 65535");
    }
  }

  Context& context_;
  std::size_t& steps_left_;
  PeerReader peers_;
  Scenario scenario_;
  std::optional<Span> kernel_address_span_;
  std::optional<Span> mtu_span_;
  bool app_is_given_ = false;
};

}  // namespace

FileReader files_beside(const std::string& source_name) {
  return [folder = std::filesystem::path(source_name).parent_path()](
             const std::string& path) -> std::optional<wire::Bytes> {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(folder / path, ignored)) return {};
    std::ifstream file(folder / path, std::ios::binary);
    if (!file) return {};
    return wire::Bytes(std::istreambuf_iterator<char>(file), {});
  };
}

namespace {

/// Reads every variant of a file, or only one.
void read_each(Context& context, const yaml::Node& root, const Variant* only, Reading& reading) {
  ForEach each = read_for(context, root);
  if (only) std::erase_if(each.variants, [&](const Variant& variant) { return variant != *only; });
  std::vector<std::vector<Diagnostic>> found;
  std::size_t steps_left = most_steps;
  for (const Variant& variant : each.variants) {
    Context own(found.emplace_back(), context.files());
    reading.scenarios.push_back(
        ScenarioReader(own, steps_left).read(replace_names(own, root, variant, each.unusable)));
    reading.scenarios.back().variant = variant;
    if (!found.back().empty()) reading.scenarios.clear();
  }
  for (Diagnostic& diagnostic : merge_diagnostics(each.variants, found))
    context.error(diagnostic.span, std::move(diagnostic.message), std::move(diagnostic.hint));
}

Reading read(const Source& source, const FileReader& files, const Variant* only) {
  Reading reading;
  const yaml::Node root = yaml::parse(source, reading.diagnostics);
  if (reading.diagnostics.empty()) {
    Context context(reading.diagnostics, files);
    read_each(context, root, only, reading);
  }
  if (!reading.diagnostics.empty()) reading.scenarios.clear();
  std::stable_sort(reading.diagnostics.begin(), reading.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; });
  return reading;
}

}  // namespace

Reading read(const Source& source, const FileReader& files) {
  return read(source, files, nullptr);
}

Reading read(const Source& source, const FileReader& files, const Variant& variant) {
  return read(source, files, &variant);
}

}  // namespace tcpcraft::scenario
