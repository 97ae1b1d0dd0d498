#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include <tcpcraft/capture/flow.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/explain/explainer.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/os/write_all.hpp>
#include <tcpcraft/report/explanation.hpp>
#include <tcpcraft/runner/interrupt.hpp>

#include "common.hpp"
#include "ladder.hpp"
#include "live.hpp"

namespace tcpcraft::cli {
namespace {

using Flows = std::vector<capture::Flow>;

/// Every wanted segment of the file, to `use`.
template <class Use>
capture::Summary each(const std::string& file, const Flows& flows, Use use) {
  capture::Reader reader{std::filesystem::path(file)};
  while (const auto packet = reader.next())
    if (capture::is_wanted(flows, packet->segment)) use(*packet);
  return reader.summary();
}

/// Where one of the forms is written: much at a time, or at once where somebody watches.
class Output {
 public:
  /// `-` is the standard output. Throws os::SystemError.
  Output(const std::string& path, bool at_once)
      : path_(path == "-" ? "standard output" : path),
        fd_(path == "-" ? os::check(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "dup")
                        : os::check(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666),
                                    "open " + path)),
        at_once_(at_once) {}

  void put(std::string_view text) {
    pending_ += text;
    if (at_once_ || pending_.size() > 60000) flush();
  }
  void flush() {
    if (!os::write_all(fd_.get(), pending_)) throw os::SystemError("write " + path_);
    pending_.clear();
  }

 private:
  std::string path_;
  os::UniqueFd fd_;
  bool at_once_;
  std::string pending_;
};

/// What is explained, on its way to the forms that were asked for.
class Telling {
 public:
  Telling(const ExplainCommand& command, explain::Hindsight hindsight, const report::ExplanationInfo& info)
      : explainer_(std::move(hindsight)), live_(command.live) {
    const report::Style style = style_for(command.color);
    const bool taken = command.json == "-" || command.html == "-" || command.mermaid == "-";
    if (!taken && command.ladder)
      add("-", [&](report::Sink sink) { return report::explanation_ladder(sink, terminal(), style); });
    else if (!taken)
      add("-", [&](report::Sink sink) {
        return report::explanation_text(sink, style, {command.quiet, command.verbose});
      });
    add(command.json, report::explanation_json);
    add(command.html, report::explanation_html);
    add(command.mermaid, report::explanation_mermaid);
    for (const auto& form : forms_) form->begin(info);
  }

  void tell(const capture::Packet& packet) {
    const explain::Explained explained = explainer_.explain(packet);
    faults_ += explained.faults.size() + (live_ ? explained.late.size() : 0);
    for (const auto& form : forms_) form->add(packet, explained);
    close(explainer_.finished());
  }

  std::uint64_t end(report::ExplanationEnd end) {
    close(explainer_.finish());
    end.connections = explainer_.connections();
    end.faults = faults_;
    for (const auto& form : forms_) form->end(end);
    for (const auto& output : outputs_) output->flush();
    return faults_;
  }

 private:
  template <class Make>
  void add(const std::string& path, Make make) {
    if (path.empty()) return;
    outputs_.push_back(std::make_unique<Output>(path, live_));
    forms_.push_back(make([output = outputs_.back().get()](std::string_view text) { output->put(text); }));
  }

  void close(const std::vector<explain::Story>& stories) {
    for (const explain::Story& story : stories)
      for (const auto& form : forms_) form->close(story);
  }

  explain::Explainer explainer_;
  bool live_;
  std::uint64_t faults_ = 0;
  std::vector<std::unique_ptr<Output>> outputs_;
  std::vector<std::unique_ptr<report::Explanation>> forms_;
};

[[noreturn]] void refuse(const std::string& file, const capture::Damage& damage) {
  const std::string where = damage.packet == 0 ? "" : " at packet " + std::to_string(damage.packet);
  throw UsageError(file + ": the capture is damaged" + where + ", byte " + std::to_string(damage.offset) +
                   ": " + report::printable(damage.reason));
}

int explain_file(const ExplainCommand& command) {
  const Flows flows = parse_flows(command.flows);
  if (!std::filesystem::is_regular_file(command.file) && std::filesystem::exists(command.file))
    throw UsageError(command.file + " is not a file: it is read twice");
  explain::Explainer first;
  each(command.file, flows, [&](const capture::Packet& packet) {
    first.explain(packet);
    first.finished();
  });
  explain::Hindsight hindsight = first.hindsight();
  const report::ExplanationInfo info{TCPCRAFT_VERSION, command.file, false, hindsight.connections};
  Telling telling(command, std::move(hindsight), info);
  const capture::Summary summary =
      each(command.file, flows, [&](const capture::Packet& packet) { telling.tell(packet); });
  const std::uint64_t faults = telling.end({summary, 0, 0, 0});
  if (summary.damage) refuse(command.file, *summary.damage);
  return faults == 0 ? ok : failed;
}

int explain_live(const ExplainCommand& command) {
  const Flows flows = parse_flows(command.flows);
  runner::catch_interrupts();
  capture::Live live = open_live(command.interface, flows, runner::interrupt_fd());
  const std::string what = command.flows.empty() ? "all of TCP" : "what was asked for";
  std::fprintf(stderr, "tcpcraft: explaining %s on %s, Ctrl-C ends it\n", what.c_str(),
               command.interface.c_str());
  Telling telling(command, {}, {TCPCRAFT_VERSION, command.interface, true, 0});
  while (!live.is_over()) {
    const auto packet = live.next(std::chrono::hours(1));
    if (packet && capture::is_wanted(flows, packet->segment)) telling.tell(*packet);
  }
  const std::uint64_t faults = telling.end({live.summary(), live.dropped(), 0, 0});
  if (const auto& damage = live.summary().damage)
    throw std::runtime_error("capture on " + command.interface + ": " + damage->reason);
  return faults == 0 ? ok : failed;
}

}  // namespace

int explain(const ExplainCommand& command) {
  return command.live ? explain_live(command) : explain_file(command);
}

}  // namespace tcpcraft::cli
