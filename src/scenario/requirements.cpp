#include <algorithm>
#include <charconv>
#include <iterator>

#include "comparison_reader.hpp"
#include "facts_reader.hpp"

namespace tcpcraft::scenario {
namespace {

/// By their numbers: capabilities(7).
constexpr std::string_view capabilities[] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};

const std::vector<std::string_view> kinds{"kernel", "sysctl", "config", "capability", "root"};

bool consists_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

std::optional<std::vector<int>> parse_version(std::string_view text) {
  std::vector<int> numbers;
  for (;;) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0) return {};
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return numbers;
    if (text.front() != '.') return {};
    text.remove_prefix(1);
  }
}

/// One condition: its first word says of what kind, and what stands behind that is its argument.
class RequirementReader {
 public:
  RequirementReader(Context& context, const yaml::Node& node) : context_(context), node_(node) {}

  std::optional<Requirement> read() {
    const std::string_view text = node_.text;
    const std::size_t word = std::min(text.find_first_of(" =!<>"), text.size());
    from_ = std::min(text.find_first_not_of(' ', word), text.size());
    const std::string_view kind = text.substr(0, word);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      const std::string near = did_you_mean(kind, kinds);
      context_.error(node_.part(0, word), "unknown condition '" + std::string(kind) + "'",
                     near.empty() ? "kernel, sysctl, config, capability or root" : near);
      return {};
    }
    if (kind == "root") return root();
    const std::string_view argument = text.substr(from_);
    if (kind == "kernel") return kernel();
    if (kind == "sysctl") return sysctl(argument);
    if (kind == "config") return config(argument);
    return capability(argument);
  }

 private:
  Requirement of(Requirement::Kind kind, std::string name = "") const {
    Requirement requirement;
    requirement.kind = kind;
    requirement.name = std::move(name);
    requirement.text = node_.text;
    requirement.span = node_.span;
    return requirement;
  }
  /// Points at the argument; at all of it where there is none.
  std::nullopt_t wrong(std::string message, std::string hint) {
    const bool missing = from_ >= node_.text.size();
    context_.error(missing ? node_.span : node_.part(from_, node_.text.size()), std::move(message),
                   std::move(hint));
    return std::nullopt;
  }

  std::optional<Requirement> root() {
    if (from_ < node_.text.size()) return wrong("'root' stands alone", "");
    return of(Requirement::Kind::root);
  }

  std::optional<Requirement> kernel() {
    const WrittenComparison written = split_comparison(node_.text, from_);
    const auto comparator = parse_comparator(written.sign.text);
    const auto version = parse_version(written.right.text);
    if (!written.left.text.empty() || !comparator || !version)
      return wrong("not a comparison with a version", "kernel >= 6.6");
    Requirement requirement = of(Requirement::Kind::kernel);
    requirement.comparator = *comparator;
    requirement.version = *version;
    return requirement;
  }

  std::optional<Requirement> sysctl(std::string_view name) {
    const bool dotted = name.find('.') != name.npos && name.find("..") == name.npos && name.front() != '.' &&
                        name.back() != '.' && name.find_first_of(" /") == name.npos;
    if (name.starts_with("tcp_") && !dotted && name.find_first_of(" /.") == name.npos)
      return of(Requirement::Kind::sysctl, "net.ipv4." + std::string(name));
    if (!dotted) return wrong("not the name of a sysctl", "with dots: sysctl net.ipv4.tcp_shrink_window");
    return of(Requirement::Kind::sysctl, std::string(name));
  }

  std::optional<Requirement> config(std::string_view name) {
    if (name.starts_with("CONFIG_")) name.remove_prefix(7);
    if (!consists_of(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"))
      return wrong("not the name of a kernel option", "config TCP_MD5SIG");
    return of(Requirement::Kind::config, std::string(name));
  }

  std::optional<Requirement> capability(std::string_view written) {
    std::string name(written);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (name.starts_with("cap_")) name.erase(0, 4);
    const auto found = std::find(std::begin(capabilities), std::end(capabilities), name);
    if (found == std::end(capabilities)) {
      const std::string near = did_you_mean(name, {std::begin(capabilities), std::end(capabilities)});
      return wrong("unknown capability '" + std::string(written) + "'",
                   near.empty() ? "capability net_admin" : near);
    }
    Requirement requirement = of(Requirement::Kind::capability, name);
    requirement.capability = static_cast<int>(found - std::begin(capabilities));
    return requirement;
  }

  Context& context_;
  const yaml::Node& node_;
  std::size_t from_ = 0;
};

}  // namespace

std::vector<Requirement> read_requirements(Context& context, const yaml::Node& node) {
  std::vector<Requirement> requirements;
  if (node.kind != yaml::Node::Kind::list) {
    context.error(node.span, "'requires' wants a list of conditions", "[kernel >= 6.6, config TCP_MD5SIG]");
    return requirements;
  }
  for (const yaml::Node& item : node.items)
    if (context.text(item, "requires"))
      if (auto requirement = RequirementReader(context, item).read())
        requirements.push_back(std::move(*requirement));
  return requirements;
}

}  // namespace tcpcraft::scenario
