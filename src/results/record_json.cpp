#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include <tcpcraft/results/counts.hpp>
#include <tcpcraft/results/json.hpp>
#include <tcpcraft/results/json_errors.hpp>
#include <tcpcraft/results/text.hpp>

#include "json_fields.hpp"

namespace tcpcraft::results {
namespace json {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which they are documented

constexpr const char* format_name = "tcpcraft-results";
constexpr int format_version = 1;

// ---- the names of values

template <class Enum, std::size_t n>
using Names = std::array<std::pair<Enum, const char*>, n>;

constexpr Names<Event::Kind, 8> kinds{{{Event::Kind::segment, "segment"},
                                       {Event::Kind::icmp, "icmp"},
                                       {Event::Kind::call, "call"},
                                       {Event::Kind::note, "note"},
                                       {Event::Kind::silence, "silence"},
                                       {Event::Kind::wait, "wait"},
                                       {Event::Kind::check, "check"},
                                       {Event::Kind::missing, "missing"}}};
constexpr Names<Step::Outcome, 3> outcomes{{{Step::Outcome::done, "done"},
                                            {Step::Outcome::failed, "failed"},
                                            {Step::Outcome::not_reached, "not reached"}}};
constexpr Names<engine::Party, 2> parties{{{engine::Party::peer, "peer"}, {engine::Party::kernel, "kernel"}}};

constexpr const auto& names_of(Event::Kind) {
  return kinds;
}
constexpr const auto& names_of(Step::Outcome) {
  return outcomes;
}
constexpr const auto& names_of(engine::Party) {
  return parties;
}

template <class T>
concept Named = std::is_enum_v<T> && !std::same_as<T, engine::Verdict>;
template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;
template <class T>
concept Optional = requires(const T& value) {
  value.has_value();
};

// ---- writing

template <class T>
Json written(const T& value);

struct Writing {
  Json json = Json::object();

  template <class T>
  void need(const char* key, const T& value) {
    json[key] = written(value);
  }
  template <class T>
  void may(const char* key, const T& value) {
    if (!is_absent(value)) need(key, value);
  }

 private:
  template <class T>
  static bool is_absent(const T& value) {
    if constexpr (Optional<T>)
      return !value.has_value();
    else if constexpr (requires { value.empty(); })
      return value.empty();
    else
      return value == T{};
  }
};

template <class T>
Json written(const T& value) {
  if constexpr (std::same_as<T, std::string>) {
    return valid_utf8(value);
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (std::same_as<T, wire::Duration>) {
    return value.count();
  } else if constexpr (std::same_as<T, engine::Verdict>) {
    return to_string(value);
  } else if constexpr (Named<T>) {
    return std::find_if(names_of(value).begin(), names_of(value).end(),
                        [&](const auto& known) { return known.first == value; })
        ->second;
  } else if constexpr (Optional<T>) {
    return written(*value);
  } else if constexpr (requires { value.begin(); }) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(written(item));
    return list;
  } else {
    Writing object;
    fields(object, value);
    return std::move(object.json);
  }
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// ---- reading

/// Something is not as it should be; caught in this file.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void wrong(const std::string& path, const std::string& message) {
  throw Wrong((path.empty() ? "" : path + ": ") + message);
}

[[noreturn]] void expected(const Json& json, const std::string& path, const char* what) {
  wrong(path, std::string("this is ") + json.type_name() + ", and " + what + " is expected");
}

template <class T>
void read(const Json& json, const std::string& path, T& value);

struct Reading {
  const Json& json;
  std::string path;

  template <class T>
  void need(const char* key, T& value) const {
    const auto found = json.find(key);
    if (found == json.end()) wrong(path, "\"" + std::string(key) + "\" is missing");
    read(*found, path.empty() ? key : path + "." + key, value);
  }
  template <class T>
  void may(const char* key, T& value) const {
    if (json.contains(key)) need(key, value);
  }
};

template <Number T>
void read_number(const Json& json, const std::string& path, T& value) {
  if (!json.is_number_integer()) expected(json, path, "a whole number");
  const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                              : std::in_range<T>(json.get<std::int64_t>());
  if (!fits)
    wrong(path, dump(json) + " is not between " + std::to_string(std::numeric_limits<T>::min()) + " and " +
                    std::to_string(std::numeric_limits<T>::max()));
  value = json.get<T>();
}

template <Named T>
void read_name(const Json& json, const std::string& path, T& value) {
  if (!json.is_string()) expected(json, path, "a string");
  for (const auto& [known, name] : names_of(value))
    if (json == name) {
      value = known;
      return;
    }
  wrong(path, dump(json) + " is not known");
}

template <class T>
void read(const Json& json, const std::string& path, T& value) {
  if constexpr (std::same_as<T, std::string>) {
    if (!json.is_string()) expected(json, path, "a string");
    value = json.get<std::string>();
  } else if constexpr (std::same_as<T, bool>) {
    if (!json.is_boolean()) expected(json, path, "true or false");
    value = json.get<bool>();
  } else if constexpr (Number<T>) {
    read_number(json, path, value);
  } else if constexpr (std::same_as<T, wire::Duration>) {
    wire::Duration::rep count = 0;
    read_number(json, path, count);
    value = wire::Duration(count);
  } else if constexpr (std::same_as<T, engine::Verdict>) {
    std::string name;
    read(json, path, name);
    const std::optional<T> verdict = parse_verdict(name);
    if (!verdict) wrong(path, dump(json) + " is not known");
    value = *verdict;
  } else if constexpr (Named<T>) {
    read_name(json, path, value);
  } else if constexpr (Optional<T>) {
    read(json, path, value.emplace());
  } else if constexpr (requires { value.emplace_back(); }) {
    if (!json.is_array()) expected(json, path, "a list");
    for (const Json& item : json) {
      const std::string place = path + "[" + std::to_string(value.size()) + "]";
      read(item, place, value.emplace_back());
    }
  } else {
    if (!json.is_object()) expected(json, path, "an object");
    const Reading object{json, path};
    fields(object, value);
  }
}

void check_format(const Json& root) {
  if (!root.is_object()) expected(root, "", "an object");
  const Reading object{root, ""};
  std::string format;
  object.need("format", format);
  if (format != format_name) wrong("format", "'" + format + "' is not '" + format_name + "'");
  std::uint64_t version = 0;
  object.need("version", version);
  if (version != format_version)
    wrong("version", "version " + std::to_string(version) + " is not known to this tcpcraft, only " +
                         std::to_string(format_version) + " is");
}

/// Takes each record out of the document as soon as it is parsed: all together they would need many times the
/// memory that they need as records.
class RecordTaker {
 public:
  explicit RecordTaker(std::vector<Record>& records) : records_(records) {}

  /// What the parser asks of everything it has read: whether it stays in the document.
  bool keeps(int depth, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (depth == 1 && event == Event::key) is_next_ = parsed == "results";
    if (depth == 1 && event == Event::array_start) is_inside_ = is_next_;
    if (depth == 1 && event == Event::array_end) is_inside_ = false;
    const bool is_item = event == Event::object_end || event == Event::array_end || event == Event::value;
    if (!is_inside_ || depth != 2 || !is_item) return true;
    take(parsed);
    return false;
  }
  /// What was wrong with the first record that was not one. Before that, the format is to be known.
  void check() const {
    if (wrong_) throw *wrong_;
  }

 private:
  void take(const Json& item) {
    if (wrong_) return;
    const std::string path = "results[" + std::to_string(records_.size()) + "]";
    try {
      read(item, path, records_.emplace_back());
    } catch (const Wrong& wrong) {
      wrong_ = wrong;
    }
  }

  std::vector<Record>& records_;
  bool is_next_ = false, is_inside_ = false;
  std::optional<Wrong> wrong_;
};

Report report_of(std::string_view text) {
  Report report;
  RecordTaker taker(report.records);
  const Json root = Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) {
    return taker.keeps(depth, event, parsed);
  });
  check_format(root);
  const Reading object{root, ""};
  object.need("run", report.info);
  std::vector<Record> none;
  object.need("results", none);
  taker.check();
  object.need("summary", report.end);
  return report;
}

class JsonWriter : public Writer {
 public:
  explicit JsonWriter(Sink sink) : sink_(std::move(sink)) {}

  void begin(const RunInfo& info) override {
    sink_("{\"format\":" + dump(format_name) + ",\"version\":" + std::to_string(format_version) +
          ",\n\"run\":" + dump(written(info)) + ",\n\"results\":[");
  }
  void add(const Record& record) override {
    sink_((counts_.total() == 0 ? "\n" : ",\n") + format_record_json(record));
    counts_.add(record.verdict);
  }
  void end(const RunEnd& end) override {
    Json summary = Json::object();
    for (const auto verdict : {engine::Verdict::pass, engine::Verdict::fail, engine::Verdict::error,
                               engine::Verdict::skip, engine::Verdict::inconclusive})
      summary[to_string(verdict)] = counts_[verdict];
    summary.update(written(end));
    sink_("\n],\n\"summary\":" + dump(summary) + "}\n");
  }

 private:
  Sink sink_;
  Counts counts_;
};

}  // namespace
}  // namespace json

std::string format_record_json(const Record& record) {
  return json::dump(json::written(record));
}

std::optional<Record> read_record_json(std::string_view text) {
  try {
    Record record;
    json::read(json::Json::parse(text), "", record);
    return record;
  } catch (const json::Json::exception&) {
    return {};
  } catch (const json::Wrong&) {
    return {};
  }
}

std::unique_ptr<Writer> json_writer(Sink sink) {
  return std::make_unique<json::JsonWriter>(std::move(sink));
}

ReadReport read_report_json(std::string_view text, std::string_view name) {
  const auto failed = [&](const std::string& message) {
    return ReadReport{std::nullopt, valid_utf8(name) + message};
  };
  if (text.empty())
    return failed(": the file is empty: the run that was to write it has not begun, or was killed");
  try {
    return {json::report_of(text), ""};
  } catch (const json::Json::parse_error& error) {
    const std::string place = ":" + json::place_of(text, error.byte);
    if (error.byte > text.size())
      return failed(place +
                    ": the file ends here, and is not whole: the run that wrote it was killed, or has "
                    "not ended");
    return failed(place + ": this is not JSON: " + json::plain_message(error.what()));
  } catch (const json::Json::exception& error) {
    return failed(": " + json::plain_message(error.what()));
  } catch (const json::Wrong& wrong) {
    return failed(std::string(": ") + wrong.what());
  }
}

}  // namespace tcpcraft::results
