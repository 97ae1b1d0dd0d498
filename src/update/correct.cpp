#include <algorithm>
#include <cstdlib>

#include <tcpcraft/update/correct.hpp>

namespace tcpcraft::update {
namespace {

using Base = wire::Number::Base;
using wire::Part;

constexpr std::int64_t farthest = 1 << 28;  // from where a number is counted
constexpr std::size_t longest_text = 200;   // of a payload that is written out, in characters

/// Those of an `expect`, in the order in which they are written.
constexpr Part all_parts[] = {Part::flags,   Part::seq,     Part::ack,   Part::window, Part::urgent_pointer,
                              Part::ttl,     Part::tos,     Part::id,    Part::df,     Part::ecn,
                              Part::options, Part::payload, Part::within};

void copy_part(wire::SegmentSpec& to, const wire::SegmentSpec& from, Part part) {
  switch (part) {
    case Part::flags:
      to.flags = from.flags;
      return;
    case Part::seq:
      to.seq = from.seq;
      return;
    case Part::ack:
      to.ack = from.ack;
      return;
    case Part::window:
      to.window = from.window;
      return;
    case Part::urgent_pointer:
      to.urgent_pointer = from.urgent_pointer;
      return;
    case Part::ttl:
      to.ttl = from.ttl;
      return;
    case Part::tos:
      to.tos = from.tos;
      return;
    case Part::id:
      to.id = from.id;
      return;
    case Part::df:
      to.df = from.df;
      return;
    case Part::ecn:
      to.ecn = from.ecn;
      return;
    case Part::options:
      to.options = from.options;
      return;
    case Part::payload:
      to.payload = from.payload;
      return;
    case Part::within:
      to.within = from.within;
      return;
    default:
      return;  // an `expect` has no other
  }
}

bool is_padding(const wire::OptionSpec& option) {
  return std::holds_alternative<wire::Nop>(option) || std::holds_alternative<wire::EndOfOptions>(option);
}

/// Puts one written option right, or writes down the one that came.
class OptionCorrection {
 public:
  OptionCorrection(const wire::OptionSpec* written, const engine::Names& names)
      : written_(written), names_(names) {}

  wire::OptionSpec operator()(wire::EndOfOptions option) const { return option; }
  wire::OptionSpec operator()(wire::Nop option) const { return option; }
  wire::OptionSpec operator()(wire::SackPermitted option) const { return option; }
  wire::OptionSpec operator()(const wire::Mss& option) const {
    const auto* before = as<wire::MssSpec>();
    return wire::MssSpec{number(before ? &before->value : nullptr, option.value)};
  }
  wire::OptionSpec operator()(const wire::WindowScale& option) const {
    const auto* before = as<wire::WindowScaleSpec>();
    return wire::WindowScaleSpec{number(before ? &before->shift : nullptr, option.shift)};
  }
  /// The kernel's clock begins anywhere: its TSval is never written down.
  wire::OptionSpec operator()(const wire::Timestamps& option) const {
    const auto* before = as<wire::TimestampsSpec>();
    const bool right = before && before->tsval.number == option.tsval;
    return wire::TimestampsSpec{right ? before->tsval : wire::Value{},
                                number(before ? &before->tsecr : nullptr, option.tsecr)};
  }
  wire::OptionSpec operator()(const wire::Sack& option) const {
    const auto* before = as<wire::SackSpec>();
    wire::SackSpec spec;
    if (before && before->blocks.empty()) return spec;
    for (const wire::SackBlock& block : option.blocks)
      spec.blocks.emplace_back(edge(block.left), edge(block.right));
    return spec;
  }
  wire::OptionSpec operator()(const wire::Md5& option) const {
    const auto* before = as<wire::Md5Spec>();
    return before && !before->digest ? *before : wire::Md5Spec{option.digest};
  }
  wire::OptionSpec operator()(const wire::FastOpen& option) const {
    const auto* before = as<wire::FastOpenSpec>();
    return before && !before->cookie ? *before : wire::FastOpenSpec{option.cookie};
  }
  wire::OptionSpec operator()(const wire::RawOption& option) const {
    const auto* before = as<wire::RawOptionSpec>();
    const bool any = before && before->kind == option.kind && !before->data;
    return wire::RawOptionSpec{option.kind, any ? std::nullopt : std::optional(option.data), option.length};
  }

 private:
  template <class T>
  const T* as() const {
    return written_ ? std::get_if<T>(written_) : nullptr;
  }
  static wire::Value number(const wire::Value* before, std::uint32_t actual) {
    return before && !before->number ? *before : wire::Value{actual};
  }
  wire::Number edge(wire::SeqNum number) const {
    const auto& origin = names_.origins.receiver;
    return origin ? wire::Number{Base::relative, number - *origin}
                  : wire::Number{Base::absolute, number.raw()};
  }

  const wire::OptionSpec* written_;
  const engine::Names& names_;
};

/// The written option that an option which came is to be compared with: one of its kind.
const wire::OptionSpec* counterpart(const wire::OptionsSpec& written, const wire::OptionSpec& came) {
  const auto* raw = std::get_if<wire::RawOptionSpec>(&came);
  const auto found =
      std::find_if(written.list.begin(), written.list.end(), [&](const wire::OptionSpec& option) {
        const auto* other = std::get_if<wire::RawOptionSpec>(&option);
        return option.index() == came.index() && (!raw || other->kind == raw->kind);
      });
  return found == written.list.end() ? nullptr : &*found;
}

/// The list as it came; what was left open in the written one stays open.
wire::OptionsSpec corrected_options(const std::optional<wire::OptionsSpec>& written,
                                    const engine::Observed& observed) {
  const engine::Names& names = observed.expectation.names;
  wire::OptionsSpec result;
  const wire::OptionsSpec before = written.value_or(wire::OptionsSpec{});
  const bool padded = std::any_of(before.list.begin(), before.list.end(), is_padding);
  for (const wire::Option& option : observed.segment.options) {
    const wire::OptionSpec plain = std::visit(OptionCorrection(nullptr, names), option);
    if (is_padding(plain) && !padded) continue;
    result.list.push_back(std::visit(OptionCorrection(counterpart(before, plain), names), option));
  }
  if (!before.more || result.list.size() < before.list.size()) return result;
  // `...` goes on standing for what is behind the options that are named.
  wire::OptionsSpec shorter = result;
  shorter.list.resize(before.list.size());
  shorter.more = true;
  wire::SegmentSpec probe;
  probe.flags = observed.segment.flags;
  probe.options = shorter;
  const auto still_wrong = engine::differences(probe, observed.segment, observed.expectation);
  const bool fits = std::none_of(still_wrong.begin(), still_wrong.end(),
                                 [](const auto& difference) { return difference.part == Part::options; });
  return fits ? shorter : result;
}

class Correction {
 public:
  Correction(const wire::SegmentSpec& written, const engine::Observed& observed, Numbers numbers)
      : spec_(written),
        observed_(observed),
        segment_(observed.segment),
        names_(observed.expectation.names),
        derived_(observed.expectation.derived),
        numbers_(numbers) {}

  wire::SegmentSpec run() {
    if (numbers_ == Numbers::derived) leave_out_derived();
    // With other flags, other fields count.
    if (spec_.flags != segment_.flags) correct(Part::flags);
    for (const auto& difference : engine::differences(spec_, segment_, observed_.expectation))
      correct(difference.part);
    return spec_;
  }

 private:
  void leave_out_derived() {
    const bool written_seq = spec_.seq && spec_.seq->base != Base::any;
    if (written_seq && derived_.seq == segment_.seq) spec_.seq.reset();
    const bool written_ack = spec_.ack && spec_.ack->base != Base::any;
    if (written_ack && segment_.has(wire::Flag::ack) && derived_.ack == segment_.ack) spec_.ack.reset();
  }

  void correct(Part part) {
    switch (part) {
      case Part::flags:
        spec_.flags = segment_.flags;
        if (!segment_.has(wire::Flag::ack)) spec_.ack.reset();
        return;
      case Part::seq:
        spec_.seq = number(spec_.seq, segment_.seq, names_.origins.sender);
        if (is_of_this_run(spec_.seq) && derived_.seq == segment_.seq) spec_.seq.reset();
        return;
      case Part::ack:
        spec_.ack = number(spec_.ack, segment_.ack, names_.origins.receiver);
        if (is_of_this_run(spec_.ack) && derived_.ack == segment_.ack) spec_.ack.reset();
        return;
      case Part::window:
        spec_.window = wire::Value{segment_.window};
        return;
      case Part::urgent_pointer:
        spec_.urgent_pointer = wire::Value{segment_.urgent_pointer};
        return;
      case Part::ttl:
        spec_.ttl = wire::Value{segment_.ttl};
        return;
      case Part::tos:
        spec_.tos = wire::Value{segment_.tos};
        return;
      case Part::id:
        spec_.id = wire::Value{segment_.id};
        return;
      case Part::df:
        spec_.df = wire::Value{segment_.df ? 1U : 0U};
        return;
      case Part::ecn:
        spec_.ecn = wire::Value{segment_.tos & 3U};
        return;
      case Part::options:
        spec_.options = corrected_options(spec_.options, observed_);
        return;
      case Part::payload:
        correct_payload();
        return;
      default:
        return;  // reserved bits cannot be expected
    }
  }

  /// Counted from a random number that has nothing to do with it, it is another one each time.
  static bool is_of_this_run(const std::optional<wire::Number>& number) {
    return number->base != Base::absolute && std::abs(number->offset) > farthest;
  }

  wire::Number number(const std::optional<wire::Number>& written, wire::SeqNum actual,
                      const std::optional<wire::SeqNum>& origin) const {
    const Base base = written ? written->base : Base::relative;
    switch (base) {
      case Base::snd_una:
        return {base, actual - names_.snd_una};
      case Base::snd_nxt:
        return {base, actual - names_.snd_nxt};
      case Base::rcv_nxt:
        return {base, actual - names_.rcv_nxt};
      case Base::iss:
        return {base, actual - names_.origins.sender.value_or(wire::SeqNum(0))};
      case Base::irs:
        return {base, actual - names_.origins.receiver.value_or(wire::SeqNum(0))};
      default:
        break;
    }
    if (base == Base::absolute) return {base, actual.raw()};
    return {Base::relative, origin ? actual - *origin : std::int64_t{actual.raw()}};
  }

  void correct_payload() {
    const auto size = static_cast<std::uint32_t>(segment_.payload.size());
    const bool as_length = std::holds_alternative<wire::PayloadLength>(spec_.payload);
    const bool too_long =
        wire::format_payload(segment_.payload, longest_text).ends_with(std::to_string(size));
    if (size > 0 && (as_length || too_long))
      spec_.payload = wire::PayloadLength{size};
    else
      spec_.payload = segment_.payload;
  }

  wire::SegmentSpec spec_;
  const engine::Observed& observed_;
  const wire::Segment& segment_;
  const engine::Names& names_;
  const model::Derived& derived_;
  Numbers numbers_;
};

}  // namespace

wire::SegmentSpec corrected(const wire::SegmentSpec& written, const engine::Observed& observed,
                            Numbers numbers) {
  return Correction(written, observed, numbers).run();
}

wire::SegmentSpec described(const engine::Observed& observed) {
  wire::SegmentSpec spec;
  spec.flags = observed.segment.flags;
  return corrected(spec, observed, Numbers::derived);
}

std::set<Part> changed_parts(const wire::SegmentSpec& a, const wire::SegmentSpec& b) {
  std::set<Part> parts;
  for (const Part part : all_parts) {
    wire::SegmentSpec other = a;
    copy_part(other, b, part);
    if (!(other == a)) parts.insert(part);
  }
  return parts;
}

wire::SegmentSpec with_parts(wire::SegmentSpec to, const wire::SegmentSpec& from,
                             const std::set<Part>& parts) {
  for (const Part part : parts) copy_part(to, from, part);
  return to;
}

std::string format_part(const wire::SegmentSpec& spec, Part part) {
  if (part == Part::flags) return wire::format_flags(spec.flags);
  wire::SegmentSpec only;
  copy_part(only, spec, part);
  const std::string text = wire::format_spec(only);
  constexpr std::string_view no_flags = "none ";
  return text.size() > no_flags.size() ? text.substr(no_flags.size()) : "";
}

}  // namespace tcpcraft::update
