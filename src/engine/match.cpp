#include <algorithm>
#include <array>

#include <tcpcraft/engine/match.hpp>

namespace tcpcraft::engine {
namespace {

using wire::Flag;
using wire::Part;

bool accepts(const wire::Value& value, std::uint32_t actual) {
  return !value.number || *value.number == actual;
}

bool is_padding(const wire::OptionSpec& option) {
  return std::holds_alternative<wire::Nop>(option) || std::holds_alternative<wire::EndOfOptions>(option);
}
bool is_padding(const wire::Option& option) {
  return std::holds_alternative<wire::Nop>(option) || std::holds_alternative<wire::EndOfOptions>(option);
}

/// Whether one option is the one written.
struct OptionMatch {
  const wire::Option& actual;
  const Names& names;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&actual);
  }
  bool operator()(wire::EndOfOptions) const { return as<wire::EndOfOptions>(); }
  bool operator()(wire::Nop) const { return as<wire::Nop>(); }
  bool operator()(wire::SackPermitted) const { return as<wire::SackPermitted>(); }
  bool operator()(const wire::MssSpec& spec) const {
    const auto* option = as<wire::Mss>();
    return option && accepts(spec.value, option->value);
  }
  bool operator()(const wire::WindowScaleSpec& spec) const {
    const auto* option = as<wire::WindowScale>();
    return option && accepts(spec.shift, option->shift);
  }
  bool operator()(const wire::TimestampsSpec& spec) const {
    const auto* option = as<wire::Timestamps>();
    return option && accepts(spec.tsval, option->tsval) && accepts(spec.tsecr, option->tsecr);
  }
  bool operator()(const wire::Md5Spec& spec) const {
    const auto* option = as<wire::Md5>();
    return option && (!spec.digest || *spec.digest == option->digest);
  }
  bool operator()(const wire::FastOpenSpec& spec) const {
    const auto* option = as<wire::FastOpen>();
    return option && (!spec.cookie || *spec.cookie == option->cookie);
  }
  bool operator()(const wire::RawOptionSpec& spec) const {
    const auto* option = as<wire::RawOption>();
    return option && option->kind == spec.kind && option->length == spec.length &&
           (!spec.data || *spec.data == option->data);
  }
  bool operator()(const wire::SackSpec& spec) const {
    const auto* option = as<wire::Sack>();
    if (!option || (!spec.blocks.empty() && spec.blocks.size() != option->blocks.size())) return false;
    for (std::size_t i = 0; i < spec.blocks.size(); ++i)
      if (!edge(spec.blocks[i].first, option->blocks[i].left) ||
          !edge(spec.blocks[i].second, option->blocks[i].right))
        return false;
    return true;
  }
  bool edge(const wire::Number& number, wire::SeqNum actual_edge) const {
    return number.base == wire::Number::Base::any ||
           resolve(number, names, names.origins.receiver) == actual_edge;
  }
};

bool options_match(const wire::OptionsSpec& spec, const wire::Options& options, const Names& names) {
  const bool padding_counts = std::any_of(spec.list.begin(), spec.list.end(),
                                          [](const wire::OptionSpec& option) { return is_padding(option); });
  std::size_t i = 0;
  for (const wire::OptionSpec& wanted : spec.list) {
    while (i < options.size() && !padding_counts && is_padding(options[i])) ++i;
    if (i == options.size() || !std::visit(OptionMatch{options[i], names}, wanted)) return false;
    ++i;
  }
  const auto rest = options.begin() + static_cast<std::ptrdiff_t>(i);
  return spec.more || std::all_of(rest, options.end(), [](const wire::Option& o) { return is_padding(o); });
}

std::string number_text(const char* name, wire::SeqNum number, std::optional<wire::SeqNum> origin) {
  const std::int64_t shown = origin ? number - *origin : std::int64_t{number.raw()};
  return std::string(name) + "=" + std::to_string(shown);
}

std::string value_text(const char* name, std::uint32_t value) {
  return std::string(name) + "=" + std::to_string(value);
}

/// Collects the differences of one segment.
class Comparison {
 public:
  Comparison(const wire::SegmentSpec& spec, const wire::Segment& segment, const Expectation& expectation)
      : spec_(spec), segment_(segment), expectation_(expectation), names_(expectation.names) {}

  std::vector<Difference> run() {
    if (spec_.flags != segment_.flags)
      add(Part::flags, wire::format_flags(spec_.flags), wire::format_flags(segment_.flags));
    numbers();
    fields();
    payload();
    options();
    return std::move(differences_);
  }

 private:
  void add(Part part, std::string expected, std::string received, const model::Rule* rule = nullptr) {
    differences_.push_back({part, std::move(expected), std::move(received), rule});
  }

  void number(Part part, const char* name, const std::optional<wire::Number>& written,
              std::optional<wire::SeqNum> derived, wire::SeqNum actual, std::optional<wire::SeqNum> origin,
              const model::Rule* rule) {
    if (written && written->base == wire::Number::Base::any) return;
    const bool model_agrees = derived == actual;
    if (written) derived = resolve(*written, names_, origin);
    if (!derived || *derived == actual) return;
    add(part, number_text(name, *derived, origin), number_text(name, actual, origin),
        written ? nullptr : rule);
    differences_.back().model_agrees = model_agrees;
  }

  void numbers() {
    const model::Derived& derived = expectation_.derived;
    number(Part::seq, "seq", spec_.seq, derived.seq, segment_.seq, names_.origins.sender, derived.seq_rule);
    if (!spec_.ack && !spec_.flags.has(Flag::ack)) return;
    number(Part::ack, "ack", spec_.ack, derived.ack, segment_.ack, names_.origins.receiver, derived.ack_rule);
  }

  void field(Part part, const char* name, const std::optional<wire::Value>& written, std::uint32_t actual) {
    if (written && !accepts(*written, actual))
      add(part, value_text(name, *written->number), value_text(name, actual));
  }

  void fields() {
    field(Part::window, "win", spec_.window, segment_.window);
    field(Part::urgent_pointer, "urg", spec_.urgent_pointer, segment_.urgent_pointer);
    field(Part::ttl, "ttl", spec_.ttl, segment_.ttl);
    field(Part::tos, "tos", spec_.tos, segment_.tos);
    field(Part::id, "id", spec_.id, segment_.id);
    field(Part::df, "df", spec_.df, segment_.df);
    field(Part::ecn, "ecn", spec_.ecn, segment_.tos & 3U);
    if (segment_.reserved != 0) add(Part::reserved, "reserved=0", value_text("reserved", segment_.reserved));
  }

  void payload() {
    const wire::Bytes& actual = segment_.payload;
    if (const auto* length = std::get_if<wire::PayloadLength>(&spec_.payload)) {
      if (length->bytes != actual.size())
        add(Part::payload, value_text("len", length->bytes),
            value_text("len", static_cast<std::uint32_t>(actual.size())));
    } else if (const auto* bytes = std::get_if<wire::Bytes>(&spec_.payload); bytes && *bytes != actual) {
      const auto text = [](const wire::Bytes& b) {
        return b.empty() ? "no payload" : wire::format_payload(b);
      };
      add(Part::payload, text(*bytes), text(actual));
    }
  }

  void options() {
    const auto received = [this] { return wire::format_options(segment_.options, names_.origins); };
    if (spec_.options) {
      if (!options_match(*spec_.options, segment_.options, names_)) {
        wire::SegmentSpec only;
        only.options = spec_.options;
        const std::string text = wire::format_spec(only);
        add(Part::options, text.substr(std::min(text.find('<'), text.size())), received());
      }
    } else if (!spec_.flags.has(Flag::syn) && expectation_.option_fault) {
      add(Part::options, expectation_.option_fault->expected, received(), expectation_.option_fault->rule);
    }
  }

  const wire::SegmentSpec& spec_;
  const wire::Segment& segment_;
  const Expectation& expectation_;
  const Names& names_;
  std::vector<Difference> differences_;
};

}  // namespace

Expectation expectation(const model::Tcb& kernel, const wire::Segment& segment,
                        std::optional<wire::SeqNum> peer_iss) {
  Expectation result{names_of(kernel), model::derive(kernel, segment.flags, segment.payload.size()), {}};
  result.option_fault = model::check_options(kernel, result.derived, segment);
  // A kernel in CLOSED keeps nothing of the peer's SYN; we know where its numbers begin.
  if (!result.names.origins.receiver) result.names.origins.receiver = peer_iss;
  // A direction's own SYN is what its numbers count from, from that very segment on.
  if (!result.names.origins.sender && segment.has(Flag::syn)) {
    result.names.origins.sender = segment.seq;
    result.names.snd_una = result.names.snd_nxt = segment.seq;
  }
  return result;
}

std::vector<Difference> differences(const wire::SegmentSpec& spec, const wire::Segment& segment,
                                    const Expectation& expectation) {
  return Comparison(spec, segment, expectation).run();
}

}  // namespace tcpcraft::engine
