// An object in a list for each thing that is known, when it is known: docs/explanation-json.md.

#include <utility>

#include <nlohmann/json.hpp>

#include <tcpcraft/report/explanation.hpp>

namespace tcpcraft::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const model::Rule& rule) {
  return {{"name", rule.name}, {"section", rule.section}, {"says", rule.says}};
}

Json json_of(const explain::Fault& fault) {
  return {{"says", fault.says}, {"rule", json_of(*fault.rule)}};
}

Json json_of(const std::array<model::State, 2>& states) {
  return {to_string(states[0]), to_string(states[1])};
}

std::int64_t nanoseconds(wire::Time time) {
  return time.time_since_epoch().count();
}

Json json_of(const capture::Packet& packet, const explain::Explained& explained) {
  const wire::Segment& s = packet.segment;
  Json json{{"kind", "segment"},          {"connection", explained.connection->number},
            {"packet", packet.number},    {"time_ns", nanoseconds(packet.time)},
            {"from", explained.side},     {"segment", explained.segment},
            {"seq", s.seq.raw()},         {"ack", s.ack.raw()},
            {"length", packet.data_size}, {"meanings", explained.meanings}};
  if (packet.cut) json["cut"] = true;
  if (packet.fragments > 1) json["fragments"] = packet.fragments;
  if (explained.rule != nullptr) json["rule"] = json_of(*explained.rule);
  json["states"] = json_of(explained.states);
  for (const explain::Fault& fault : explained.faults) json["wrong"].push_back(json_of(fault));
  return json;
}

Json json_of(const explain::LateFault& late, std::size_t connection, std::uint64_t shown_by) {
  return {{"kind", "late"},
          {"connection", connection},
          {"packet", late.packet},
          {"shown_by", shown_by},
          {"from", late.side},
          {"time_ns", nanoseconds(late.time)},
          {"wrong", json_of(late.fault)}};
}

class JsonForm : public Explanation {
 public:
  explicit JsonForm(Sink sink) : sink_(std::move(sink)) {}

  void begin(const ExplanationInfo& info) override {
    live_ = info.live;
    const Json capture{{"tcpcraft", info.version}, {"source", info.source}, {"live", info.live}};
    sink_("{\"format\":\"tcpcraft-explanation\",\"version\":1,\n\"capture\":" + text(capture) +
          ",\n\"entries\":[");
  }

  void add(const capture::Packet& packet, const explain::Explained& explained) override {
    const explain::Identity& connection = *explained.connection;
    if (explained.first) {
      Json json{{"kind", "connection"}, {"connection", connection.number}};
      for (std::size_t i : {0u, 1u})
        json["ends"].push_back({{"name", connection.names[i]}, {"address", connection.ends[i].to_string()}});
      json["from_the_start"] = connection.from_the_start;
      put(json);
    }
    put(json_of(packet, explained));
    if (live_)
      for (const explain::LateFault& late : explained.late)
        put(json_of(late, connection.number, packet.number));
  }

  void close(const explain::Story& story) override {
    Json json{{"kind", "end"},
              {"connection", story.number},
              {"ending", story.ending},
              {"states", json_of(story.states)},
              {"segments", story.segments},
              {"bytes", story.sent},
              {"wrong", story.faults}};
    if (story.has_holes) json["segments_missing"] = true;
    if (!story.seen[0] || !story.seen[1]) json["seen"] = story.seen;
    if (!story.doubtful.empty()) json["doubtful_packets"] = story.doubtful;
    put(json);
  }

  void end(const ExplanationEnd& end) override {
    const capture::Summary& capture = end.capture;
    Json json{{"connections", end.connections},
              {"wrong", end.faults},
              {"packets", capture.packets},
              {"segments", capture.segments},
              {"not_tcp", capture.others},
              {"cut_before_the_data", capture.headless},
              {"incomplete_datagrams", capture.incomplete_datagrams},
              {"dropped", end.dropped}};
    if (capture.damage)
      json["damage"] = {{"packet", capture.damage->packet},
                        {"byte", capture.damage->offset},
                        {"reason", capture.damage->reason}};
    sink_("\n],\n\"summary\":" + text(json) + "}\n");
  }

 private:
  static std::string text(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  void put(const Json& json) { sink_((std::exchange(first_, false) ? "\n" : ",\n") + text(json)); }

  Sink sink_;
  bool live_ = false, first_ = true;
};

}  // namespace

std::unique_ptr<Explanation> explanation_json(Sink sink) {
  return std::make_unique<JsonForm>(std::move(sink));
}

}  // namespace tcpcraft::report
