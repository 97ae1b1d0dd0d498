#include <set>
#include <stdexcept>
#include <tuple>

#include <nlohmann/json.hpp>

#include <tcpcraft/report/matrix_json.hpp>
#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/json_errors.hpp>

namespace tcpcraft::report {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which they are documented

constexpr std::string_view format_name = "tcpcraft-matrix";
constexpr int format_version = 1;

// ---- writing

/// Broken UTF-8, which a hostile peer's words might have, is replaced rather than thrown for.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json cell_json(const RecordedCell& cell) {
  Json json{{"state", cell.state},
            {"class", cell.segment},
            {"family", cell.v6 ? "IPv6" : "IPv4"},
            {"injected", cell.injected},
            {"verdict", std::string(matrix::to_string(cell.verdict))},
            {"deviations", cell.deviations}};
  Json& allowed = json["allowed"] = Json::array();
  for (const RecordedOutcome& outcome : cell.allowed)
    allowed.push_back({{"reply", outcome.reply},
                       {"state", outcome.state},
                       {"rule", outcome.rule},
                       {"section", outcome.section}});
  if (cell.observed.empty())
    json["observed"] = nullptr;
  else
    json["observed"] = {{"reply", cell.observed}, {"state", cell.observed_state}};
  json["differences"] = cell.differences;
  if (!cell.reason.empty()) json["reason"] = cell.reason;
  return json;
}

// ---- reading

/// Something of the text is not as it should be; caught in `read_matrix_json`.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A value with the path that leads to it.
class Node {
 public:
  Node(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  [[noreturn]] void wrong(const std::string& message) const {
    throw Wrong((path_.empty() ? "" : path_ + ": ") + message);
  }
  Node at(const std::string& key) const {
    if (!json_.is_object()) expected("an object");
    const auto found = json_.find(key);
    if (found == json_.end()) wrong("\"" + key + "\" is missing");
    return {*found, path_.empty() ? key : path_ + "." + key};
  }
  std::optional<Node> find(const std::string& key) const {
    return json_.contains(key) ? std::optional<Node>(at(key)) : std::nullopt;
  }
  template <class Read>
  void each(Read read) const {
    if (!json_.is_array()) expected("a list");
    for (std::size_t i = 0; i < json_.size(); ++i)
      read(Node(json_[i], path_ + "[" + std::to_string(i) + "]"));
  }
  std::string text() const {
    if (!json_.is_string()) expected("a string");
    return json_.get<std::string>();
  }
  bool flag() const {
    if (!json_.is_boolean()) expected("true or false");
    return json_.get<bool>();
  }
  bool null() const { return json_.is_null(); }
  const Json& json() const { return json_; }

 private:
  [[noreturn]] void expected(const char* what) const {
    wrong(std::string("this is ") + json_.type_name() + ", and " + what + " is expected");
  }

  const Json& json_;
  std::string path_;
};

std::vector<std::string> texts(const Node& node) {
  std::vector<std::string> list;
  node.each([&](const Node& item) { list.push_back(item.text()); });
  return list;
}

matrix::Verdict verdict_of(const Node& node) {
  const std::string name = node.text();
  const std::optional<matrix::Verdict> verdict = matrix::parse_verdict(name);
  if (!verdict) node.wrong("unknown verdict '" + name + "'");
  return *verdict;
}

bool is_v6(const Node& node) {
  const std::string name = node.text();
  if (name != "IPv4" && name != "IPv6") node.wrong("unknown family '" + name + "'");
  return name == "IPv6";
}

RecordedCell cell_of(const Node& node) {
  RecordedCell cell;
  cell.state = node.at("state").text();
  cell.segment = node.at("class").text();
  cell.v6 = is_v6(node.at("family"));
  cell.injected = node.at("injected").text();
  cell.verdict = verdict_of(node.at("verdict"));
  cell.deviations = texts(node.at("deviations"));
  node.at("allowed").each([&](const Node& outcome) {
    cell.allowed.push_back({outcome.at("reply").text(), outcome.at("state").text(), outcome.at("rule").text(),
                            outcome.at("section").text()});
  });
  if (const Node observed = node.at("observed"); !observed.null()) {
    cell.observed = observed.at("reply").text();
    cell.observed_state = observed.at("state").text();
  }
  cell.differences = texts(node.at("differences"));
  if (const std::optional<Node> reason = node.find("reason")) cell.reason = reason->text();
  return cell;
}

void check_format(const Node& root) {
  const Node format = root.at("format");
  if (format.text() != format_name)
    format.wrong("'" + format.text() + "' is not '" + std::string(format_name) + "'");
  const Node version = root.at("version");
  if (version.json() != format_version)
    version.wrong("version " + dump(version.json()) + " is not known, only " +
                  std::to_string(format_version));
}

RecordedMatrix matrix_of(const Node& root) {
  check_format(root);
  RecordedMatrix matrix;
  matrix.kernel = root.at("kernel").text();
  matrix.link = root.at("link").text();
  matrix.profile = root.at("profile").text();
  matrix.rate_limits = root.at("rate_limits").flag();
  std::set<std::tuple<std::string, std::string, bool>> seen;
  root.at("cells").each([&](const Node& node) {
    const RecordedCell& cell = matrix.cells.emplace_back(cell_of(node));
    if (!seen.insert({cell.state, cell.segment, cell.v6}).second)
      node.wrong(cell.state + ":" + cell.segment + " over " + (cell.v6 ? "IPv6" : "IPv4") +
                 " for a second time");
  });
  return matrix;
}

}  // namespace

RecordedMatrix record(const matrix::MatrixResult& result) {
  RecordedMatrix recorded{result.kernel, result.link, result.profile, result.rate_limits, {}};
  recorded.cells.reserve(result.cells.size());
  for (const matrix::CellResult& from : result.cells) {
    RecordedCell& cell = recorded.cells.emplace_back();
    cell.state = from.cell.state->name;
    cell.segment = from.cell.segment->name;
    cell.v6 = from.cell.v6;
    cell.injected = matrix::to_string(*from.cell.segment);
    cell.verdict = from.verdict;
    for (const model::Deviation* deviation : from.deviations) cell.deviations.emplace_back(deviation->id);
    for (const matrix::Expected& expected : from.allowed)
      cell.allowed.push_back({expected.reply, std::string(model::to_string(expected.state)),
                              std::string(expected.rule ? expected.rule->name : ""),
                              std::string(expected.rule ? expected.rule->section : "")});
    cell.observed = from.observed;
    if (!from.observed.empty()) cell.observed_state = model::to_string(from.observation.state);
    cell.differences = from.differences;
    cell.reason = from.observation.inconclusive;
  }
  return recorded;
}

std::string format_matrix_json(const RecordedMatrix& matrix) {
  std::string text = "{\"format\":" + dump(format_name) + ",\"version\":" + std::to_string(format_version);
  text += ",\n\"kernel\":" + dump(matrix.kernel) + ",\n\"link\":" + dump(matrix.link) +
          ",\n\"profile\":" + dump(matrix.profile) + ",\n\"rate_limits\":" + dump(matrix.rate_limits) +
          ",\n\"cells\":[";
  for (const RecordedCell& cell : matrix.cells)
    text += (&cell == matrix.cells.data() ? "\n" : ",\n") + dump(cell_json(cell));
  return text + "\n]}\n";
}

std::string format_matrix_json(const matrix::MatrixResult& result) {
  return format_matrix_json(record(result));
}

ReadMatrix read_matrix_json(std::string_view text, std::string_view name) {
  const auto failed = [&](const std::string& message) {
    return ReadMatrix{std::nullopt, printable(std::string(name) + message)};
  };
  try {
    const Json json = Json::parse(text);
    return {matrix_of(Node(json, "")), ""};
  } catch (const Json::parse_error& error) {
    return failed(":" + results::json::place_of(text, error.byte) +
                  ": this is not JSON: " + results::json::plain_message(error.what()));
  } catch (const Json::exception& error) {
    return failed(": " + results::json::plain_message(error.what()));
  } catch (const Wrong& wrong) {
    return failed(std::string(": ") + wrong.what());
  }
}

}  // namespace tcpcraft::report
