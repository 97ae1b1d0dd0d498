#include <gtest/gtest.h>

#include <tcpcraft/wire/notation.hpp>

#include "random_wire.hpp"

namespace tcpcraft::wire {
namespace {

using test::Random;

class RandomSpec {
 public:
  RandomSpec(Random& random, Purpose purpose) : random_(random), sending_(purpose == Purpose::send) {}

  SegmentSpec spec() {
    SegmentSpec spec;
    spec.flags = Flags(random_.number16());
    if (sometimes()) spec.seq = number(Part::seq);
    if (sometimes()) spec.ack = number(Part::ack);
    if (sometimes()) spec.window = value(65535);
    if (sometimes()) spec.urgent_pointer = value(65535);
    if (sometimes()) spec.ttl = value(255);
    if (sometimes()) spec.tos = value(255);
    if (sometimes()) spec.id = value(65535);
    if (sometimes()) spec.df = value(1);
    if (sometimes()) spec.ecn = value(3);
    if (sending_) deform(spec);
    if (sometimes()) spec.options = options();
    add_payload(spec);
    if (!sending_ && sometimes()) {
      const Duration min(random_.number() >> random_.between(0, 31));
      spec.within = Interval{min, min + Duration(random_.number())};
    }
    return spec;
  }

 private:
  bool sometimes() { return random_.chance(3); }
  bool any() { return !sending_ && random_.chance(4); }

  using Base = Number::Base;

  /// Of a field, a name that fits it.
  Number number(Part field) {
    for (;;) {
      const Number result = number();
      const auto base = result.base;
      const bool own = base == Base::snd_una || base == Base::snd_nxt || base == Base::iss;
      const bool other = base == Base::rcv_nxt || base == Base::irs;
      if (field == Part::ack ? !own : !other) return result;
    }
  }
  Number number() {
    if (any()) return {Base::any, 0};
    const std::int64_t magnitude = random_.number() >> random_.between(0, 31);
    const std::int64_t offset = random_.chance(2) ? magnitude : -magnitude;
    switch (random_.between(0, 6)) {
      case 0:
        return {Base::absolute, magnitude};
      case 1:
        return {Base::snd_una, offset};
      case 2:
        return {Base::snd_nxt, offset};
      case 3:
        return {Base::rcv_nxt, offset};
      case 4:
        return {Base::iss, offset};
      case 5:
        return {Base::irs, 0};
      default:
        return {Base::relative, offset};
    }
  }

  Value value(std::uint32_t max) { return any() ? Value{} : Value{random_.between(0, max)}; }
  std::optional<Bytes> data(std::uint32_t min, std::uint32_t max) {
    if (any()) return std::nullopt;
    return random_.bytes(random_.between(min, max));
  }

  void deform(SegmentSpec& spec) {
    if (sometimes()) spec.checksum = random_.number16();
    if (sometimes()) spec.checksum = BadChecksum{};
    if (sometimes()) spec.data_offset = static_cast<std::uint8_t>(random_.between(0, 15));
    if (sometimes()) spec.reserved = static_cast<std::uint8_t>(random_.between(0, 7));
    if (sometimes()) spec.source_port = random_.number16();
    if (sometimes()) spec.destination_port = random_.number16();
  }

  RawOptionSpec raw_option() {
    std::optional<Bytes> data = this->data(0, 8);
    const std::uint8_t length = random_.byte();
    const bool wrong = random_.chance(3) && !(data && length == data->size() + 2);
    return {random_.byte(), std::move(data), wrong ? std::optional(length) : std::nullopt};
  }

  OptionSpec option() {
    switch (random_.between(0, 9)) {
      case 0:
        return Nop{};
      case 1:
        return EndOfOptions{};
      case 2:
        return SackPermitted{};
      case 3:
        return MssSpec{value(65535)};
      case 4:
        return WindowScaleSpec{value(255)};
      case 5:
        return timestamps();
      case 6:
        return FastOpenSpec{data(0, 8)};
      case 7:
        return SackSpec{std::vector<std::pair<Number, Number>>(any() ? 0 : 1, {number(), number()})};
      case 8:
        return Md5Spec{data(16, 16)};
      default:
        return raw_option();
    }
  }

  TimestampsSpec timestamps() {
    TimestampsSpec spec{value(0xffffffff), value(0xffffffff)};
    const auto offset = [&] { return static_cast<std::int64_t>(random_.between(0, 2000000)) - 1000000; };
    if (sending_ && random_.chance(3)) spec.tsval = {}, spec.tsval_from_now = offset();
    if (sending_ && random_.chance(3)) spec.tsecr = {}, spec.tsecr_from_echo = offset();
    return spec;
  }

  OptionsSpec options() {
    OptionsSpec options;
    for (std::uint32_t count = random_.between(0, 2); count != 0; --count) options.list.push_back(option());
    options.more = !sending_ && random_.chance(3);
    return options;
  }

  void add_payload(SegmentSpec& spec) {
    switch (random_.between(0, 5)) {
      case 0:
        spec.payload = random_.bytes(random_.between(0, 60));
        break;
      case 1:
        spec.payload = PayloadLength{random_.between(0, 60000)};
        break;
      case 2:
        spec.payload = PayloadFile{"dir <a=\"b\"> in/x y.bin"};
        break;
      default:
        break;
    }
  }

  Random& random_;
  bool sending_;
};

TEST(NotationProperty, a_printed_specification_reads_back_as_itself) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    const Purpose purpose = random.chance(2) ? Purpose::send : Purpose::expect;
    const SegmentSpec spec = RandomSpec(random, purpose).spec();
    const std::string text = format_spec(spec);
    const ParsedSegment parsed = parse_segment(text, purpose);
    ASSERT_TRUE(parsed.errors.empty()) << text << '\n' << parsed.errors[0].message;
    ASSERT_EQ(parsed.spec, spec) << text << '\n' << format_spec(parsed.spec);
  }
}

/// Whatever the text, it is read or refused with ranges inside it; what is read prints and reads back.
void read_anything(const std::string& text, Purpose purpose) {
  const ParsedSegment parsed = parse_segment(text, purpose);
  for (const NotationError& error : parsed.errors) {
    ASSERT_LE(error.where.begin, error.where.end) << text;
    ASSERT_LE(error.where.end, text.size()) << text;
    ASSERT_FALSE(error.message.empty());
    for (char c : error.message + error.hint) ASSERT_TRUE(c >= ' ' && c <= '~') << text;
  }
  for (const auto& [part, range] : parsed.parts) ASSERT_LE(range.end, text.size());
  if (!parsed.errors.empty()) return;
  const ParsedSegment again = parse_segment(format_spec(parsed.spec), purpose);
  ASSERT_TRUE(again.errors.empty()) << text;
  ASSERT_EQ(again.spec, parsed.spec) << text;
}

TEST(NotationProperty, random_texts_never_crash) {
  Random random;
  const std::string alphabet = "SYNACKFR-. =<>()\"\\,:*0123456789abcdefxinsqw/\t\n";
  for (int i = 0; i < 30'000; ++i) {
    std::string text = random.chance(2) ? "ACK " : "";
    for (std::uint32_t length = random.between(0, 40); length != 0; --length) {
      const bool wild = random.chance(20);
      text += wild ? static_cast<char>(random.byte())
                   : alphabet[random.between(0, static_cast<std::uint32_t>(alphabet.size() - 1))];
    }
    read_anything(text, random.chance(2) ? Purpose::send : Purpose::expect);
  }
}

TEST(NotationProperty, mutated_specifications_never_crash) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    const Purpose purpose = random.chance(2) ? Purpose::send : Purpose::expect;
    std::string text = format_spec(RandomSpec(random, purpose).spec());
    for (std::uint32_t change = random.between(1, 3); change != 0 && !text.empty(); --change) {
      const auto at = random.between(0, static_cast<std::uint32_t>(text.size() - 1));
      if (random.chance(2)) {
        text.erase(at, random.between(1, 3));
      } else {
        text[at] = static_cast<char>(random.byte());
      }
    }
    read_anything(text, purpose);
  }
}

}  // namespace
}  // namespace tcpcraft::wire
