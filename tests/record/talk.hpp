#pragma once

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::record {

using namespace std::chrono_literals;

/// A conversation, written segment by segment: `>` to the kernel, `<` from it. Numbers are those on the wire,
/// where the client begins with 1000 and the server with 5000.
class Talk {
 public:
  explicit Talk(const char* client = "127.0.0.1:40000", const char* server = "127.0.0.1:9877") {
    client_ = *wire::Endpoint::parse(client);
    conversation_.kernel = *wire::Endpoint::parse(server);
    conversation_.peers = {client_};
  }

  Talk& pass(const std::string& line, wire::Duration pause = 10us) {
    const bool to_kernel = line[0] == '>';
    const wire::ParsedSegment parsed = wire::parse_segment(line.substr(2), wire::Purpose::send);
    EXPECT_TRUE(parsed.errors.empty()) << line;
    Passed passed;
    passed.to_kernel = to_kernel;
    passed.packet = conversation_.events.size() + 1;
    wire::Segment& segment = passed.segment;
    segment.source = to_kernel ? client_ : conversation_.kernel;
    segment.destination = to_kernel ? conversation_.kernel : client_;
    segment.flags = parsed.spec.flags;
    if (parsed.spec.seq) segment.seq = wire::SeqNum(static_cast<std::uint32_t>(parsed.spec.seq->offset));
    if (parsed.spec.ack) segment.ack = wire::SeqNum(static_cast<std::uint32_t>(parsed.spec.ack->offset));
    segment.window = static_cast<std::uint16_t>(parsed.spec.window ? *parsed.spec.window->number : 65535);
    if (const auto* bytes = std::get_if<wire::Bytes>(&parsed.spec.payload)) segment.payload = *bytes;
    if (parsed.spec.options)
      for (const wire::OptionSpec& option : parsed.spec.options->list) add_option(segment, option);
    segment.urgent_pointer =
        static_cast<std::uint16_t>(parsed.spec.urgent_pointer ? *parsed.spec.urgent_pointer->number : 0);
    segment.data_offset = static_cast<std::uint8_t>(5 + (wire::options_size(segment.options) + 3) / 4);
    time_ += pause;
    conversation_.events.push_back({time_, 0, passed});
    return *this;
  }

  Talk& handshake() {
    return pass("> SYN seq=1000").pass("< SYN-ACK seq=5000 ack=1001").pass("> ACK seq=1001 ack=5001");
  }

  /// Of the last segment's data so much was captured.
  Talk& cut_to(std::size_t size) {
    auto& one = std::get<Passed>(conversation_.events.back().what);
    one.missing = static_cast<std::uint32_t>(one.segment.payload.size() - size);
    one.segment.payload.resize(size);
    return *this;
  }

  /// A message about the kernel's last segment.
  Talk& report(wire::IcmpSpec spec) {
    for (const Event& event : conversation_.events)
      if (const auto* one = std::get_if<Passed>(&event.what); one && !one->to_kernel)
        last_ = one->segment.seq;
    time_ += 10us;
    conversation_.events.push_back({time_, 0, Message{std::move(spec), last_}});
    return *this;
  }

  Recorded recorded(std::string_view app = {}, Approach approach = {}) const {
    return record(conversation_, app, approach);
  }
  /// What stands behind `steps:`.
  std::string steps(std::string_view app = {}, Approach approach = {}) const {
    const Recorded made = recorded(app, approach);
    EXPECT_EQ(made.refused, "");
    return made.text.substr(std::min(made.text.find("steps:\n") + 7, made.text.size()));
  }

 private:
  static void add_option(wire::Segment& segment, const wire::OptionSpec& option) {
    if (const auto* mss = std::get_if<wire::MssSpec>(&option))
      segment.options.push_back(wire::Mss{static_cast<std::uint16_t>(*mss->value.number)});
    if (const auto* stamps = std::get_if<wire::TimestampsSpec>(&option))
      segment.options.push_back(wire::Timestamps{*stamps->tsval.number, *stamps->tsecr.number});
    if (const auto* scale = std::get_if<wire::WindowScaleSpec>(&option))
      segment.options.push_back(wire::WindowScale{static_cast<std::uint8_t>(*scale->shift.number)});
    if (std::holds_alternative<wire::SackPermitted>(option))
      segment.options.emplace_back(wire::SackPermitted{});
    if (const auto* sack = std::get_if<wire::SackSpec>(&option)) {
      wire::Sack blocks;
      for (const auto& [left, right] : sack->blocks)
        blocks.blocks.push_back({wire::SeqNum(static_cast<std::uint32_t>(left.offset)),
                                 wire::SeqNum(static_cast<std::uint32_t>(right.offset))});
      segment.options.emplace_back(std::move(blocks));
    }
  }

  wire::Endpoint client_;
  Conversation conversation_;
  wire::Time time_{1700000000s};
  wire::SeqNum last_;
};

}  // namespace tcpcraft::record
