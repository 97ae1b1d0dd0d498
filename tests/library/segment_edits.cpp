#include "segment_edits.hpp"

namespace tcpcraft::library_test {
namespace {

using wire::Flag;
using wire::Number;
using wire::Part;
using wire::SegmentSpec;

/// A RST may take its numbers from the segment it answers, which is often wrong by a little on purpose.
std::int64_t off_by(const SegmentSpec& spec) {
  constexpr std::int64_t far = 7919;
  return spec.flags.has(Flag::rst) ? far : 1;
}

void shift_number(std::vector<SegmentEdit>& edits, const SegmentSpec& spec, Part part, const char* name,
                  std::optional<Number> SegmentSpec::*number, Number::Base derived_base) {
  if (spec.*number && (spec.*number)->base == Number::Base::any) return;
  Number wrong = (spec.*number).value_or(Number{derived_base, 0});
  wrong.offset += off_by(spec);
  edits.push_back({std::string(name) + " off by " + std::to_string(off_by(spec)), part,
                   [=](SegmentSpec& s) { s.*number = wrong; }});
}

void shift_value(std::vector<SegmentEdit>& edits, const SegmentSpec& spec, Part part, const char* name,
                 std::optional<wire::Value> SegmentSpec::*value) {
  if (!(spec.*value) || !(spec.*value)->number) return;
  const std::uint32_t wrong = *(spec.*value)->number == 0 ? 1 : *(spec.*value)->number - 1;
  edits.push_back(
      {std::string(name) + " off by one", part, [=](SegmentSpec& s) { s.*value = wire::Value{wrong}; }});
}

void change_payload(std::vector<SegmentEdit>& edits, const SegmentSpec& spec) {
  if (const auto* length = std::get_if<wire::PayloadLength>(&spec.payload)) {
    const std::uint32_t wrong = length->bytes + 1;
    edits.push_back(
        {"len off by one", Part::payload, [=](SegmentSpec& s) { s.payload = wire::PayloadLength{wrong}; }});
  } else if (const auto* bytes = std::get_if<wire::Bytes>(&spec.payload); bytes && !bytes->empty()) {
    edits.push_back({"the payload's last byte", Part::payload,
                     [](SegmentSpec& s) { std::get<wire::Bytes>(s.payload).back() ^= 1; }});
  } else if (bytes) {
    edits.push_back(
        {"a payload of one byte", Part::payload, [](SegmentSpec& s) { s.payload = wire::Bytes{'x'}; }});
  }
}

/// Makes the value of an option wrong; false where it states none.
struct Spoil {
  static bool value(wire::Value& value) {
    if (value.number) value.number = *value.number ^ 1U;
    return value.number.has_value();
  }
  bool operator()(wire::MssSpec& mss) const { return value(mss.value); }
  bool operator()(wire::WindowScaleSpec& scale) const { return value(scale.shift); }
  bool operator()(wire::TimestampsSpec& times) const { return value(times.tsecr) || value(times.tsval); }
  bool operator()(wire::SackSpec& sack) const {
    if (sack.blocks.empty() || sack.blocks.front().first.base == Number::Base::any) return false;
    ++sack.blocks.front().first.offset;
    return true;
  }
  template <class Other>
  bool operator()(Other&) const {
    return false;
  }
};

void change_options(std::vector<SegmentEdit>& edits, const SegmentSpec& spec) {
  if (!spec.options) return;
  for (std::size_t i = 0; i < spec.options->list.size(); ++i) {
    wire::OptionSpec wrong = spec.options->list[i];
    if (std::visit(Spoil{}, wrong))
      edits.push_back({"the value of option " + std::to_string(i + 1), Part::options,
                       [=](SegmentSpec& s) { s.options->list[i] = wrong; }});
  }
  constexpr std::uint8_t experimental = 253;
  edits.push_back({"an option more", Part::options, [](SegmentSpec& s) {
                     s.options->list.emplace_back(wire::RawOptionSpec{experimental, {}, {}});
                   }});
}

void change_time(std::vector<SegmentEdit>& edits, const SegmentSpec& spec) {
  if (!spec.within) return;
  edits.push_back({"a later time", Part::within, [](SegmentSpec& s) {
                     s.within = wire::Interval{s.within->max + std::chrono::seconds(60),
                                               s.within->max + std::chrono::seconds(120)};
                   }});
}

}  // namespace

std::vector<SegmentEdit> edits_of(const SegmentSpec& spec) {
  std::vector<SegmentEdit> edits;
  const bool chooses_iss = spec.flags.has(Flag::syn) && !spec.seq;  // there is nothing to derive
  if (!chooses_iss) shift_number(edits, spec, Part::seq, "seq", &SegmentSpec::seq, Number::Base::snd_nxt);
  if (spec.ack || spec.flags.has(Flag::ack))
    shift_number(edits, spec, Part::ack, "ack", &SegmentSpec::ack, Number::Base::rcv_nxt);
  edits.push_back({"the flag PSH", Part::flags, [](SegmentSpec& s) {
                     const auto psh = static_cast<std::uint16_t>(Flag::psh);
                     s.flags = wire::Flags(static_cast<std::uint16_t>(s.flags.bits() ^ psh));
                   }});
  shift_value(edits, spec, Part::window, "win", &SegmentSpec::window);
  shift_value(edits, spec, Part::urgent_pointer, "urg", &SegmentSpec::urgent_pointer);
  shift_value(edits, spec, Part::ttl, "ttl", &SegmentSpec::ttl);
  shift_value(edits, spec, Part::tos, "tos", &SegmentSpec::tos);
  shift_value(edits, spec, Part::id, "id", &SegmentSpec::id);
  shift_value(edits, spec, Part::df, "df", &SegmentSpec::df);
  shift_value(edits, spec, Part::ecn, "ecn", &SegmentSpec::ecn);
  change_payload(edits, spec);
  change_options(edits, spec);
  change_time(edits, spec);
  return edits;
}

}  // namespace tcpcraft::library_test
