#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>

#include <sys/utsname.h>

#include <tcpcraft/capture/flow.hpp>
#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/replay/replayer.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/interrupt.hpp>

#include "common.hpp"
#include "progress.hpp"
#include "replay_program.hpp"
#include "replay_raw.hpp"
#include "replay_report.hpp"
#include "results.hpp"

namespace tcpcraft::cli {
namespace {

wire::Endpoint endpoint_of(const char* option, const std::string& text) {
  const auto end = wire::Endpoint::parse(text);
  if (!end || end->port == 0)
    throw UsageError(std::string(option) + ": not an address and port: A.B.C.D:PORT or [V6]:PORT");
  return *end;
}

std::pair<wire::Endpoint, wire::Endpoint> parse_map(const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto from = capture::Flow::parse(text.substr(0, equals));
  const auto to = equals == text.npos ? std::nullopt : capture::Flow::parse(text.substr(equals + 1));
  if (!from || !to || !from->address || !to->address)
    throw UsageError("--map: '" + text + "' is not ADDRESS=ADDRESS, with ports or without");
  return {{*from->address, from->port.value_or(0)}, {*to->address, to->port.value_or(0)}};
}

/// Whether all of `flows` are at an end of the connection.
std::function<bool(const wire::Endpoint&, const wire::Endpoint&)> wanted(
    const std::vector<std::string>& texts) {
  std::vector<capture::Flow> flows;
  for (const std::string& text : texts) {
    const auto flow = capture::Flow::parse(text);
    if (!flow) throw UsageError("--flow: '" + text + "' is not an address, a port, or A.B.C.D:PORT");
    flows.push_back(*flow);
  }
  return [flows](const wire::Endpoint& a, const wire::Endpoint& b) {
    return std::all_of(flows.begin(), flows.end(),
                       [&](const capture::Flow& flow) { return flow.matches(a) || flow.matches(b); });
  };
}

replay::Options options_of(const ReplayCommand& command) {
  replay::Options options;
  const bool server = command.as == "server";
  if (server && !command.to.empty()) throw UsageError("--to: a server is told where to --listen");
  if (!server && !command.listen.empty()) throw UsageError("--listen: only with --as server");
  if (server && command.listen.empty()) throw UsageError("--as server: needs --listen");
  for (const std::string& text : command.maps) options.map.push_back(parse_map(text));
  if (server)
    options.to = endpoint_of("--listen", command.listen);
  else if (!command.to.empty())
    options.to = endpoint_of("--to", command.to);
  else if (options.map.empty())
    throw UsageError("needs --to: the live server");
  options.wanted = wanted(command.flows);
  options.settings.role = server ? replay::Role::server : replay::Role::client;
  options.settings.clean = command.clean;
  options.settings.fast = command.fast;
  options.settings.speed = parse_speed(command.speed);
  if (command.timeout) options.settings.timeout = *command.timeout;
  if (command.limit > 0) options.limit = command.limit;
  options.concurrency = command.concurrency;
  options.seed = static_cast<std::uint32_t>(command.seed);
  return options;
}

bool is_private(const ReplayCommand& command) {
  return !command.program.empty() || !command.app.empty();
}

/// Loopback and a private network are ours; any other address must have been named.
void check_target(const ReplayCommand& command, const wire::IpAddress& target) {
  if (is_private(command) || target.is_loopback()) return;
  for (const std::string& text : command.allowed_targets)
    if (wire::IpAddress::parse(text) == target) return;
  throw UsageError(target.to_string() + " is not loopback: name it with --allow-target " +
                   target.to_string() + " if you may send there");
}

void check_targets(const ReplayCommand& command, const replay::Options& options) {
  if (options.to) check_target(command, options.to->address);
  for (const auto& [from, to] : options.map) check_target(command, to.address);
}

/// The live other side, where it is ours to start.
struct Companion {
  std::optional<kernel::StockServer> server;
  std::unique_ptr<Program> program;

  void start(const ReplayCommand& command, const replay::Options& options) {
    if (!command.app.empty()) {
      if (!options.to) throw UsageError("--app: needs --to");
      server.emplace(*kernel::parse_app(command.app), *options.to);
    }
    if (command.program.empty()) return;
    program = std::make_unique<Program>(command.program);
    if (command.as == "server" || !options.to) return;
    if (program->await_listener(options.to->port) || runner::interrupt_signal()) return;
    throw runner::CannotRun("--exec: nothing came to listen at port " + std::to_string(options.to->port));
  }
};

class Session : public replay::World {
 public:
  Session(const ReplayCommand& command, const capture::Reader& reader, Results& results, Companion& companion)
      : command_(command),
        reader_(reader),
        results_(results),
        companion_(companion),
        style_(style_for(command.color)),
        progress_(0, true),
        share_(command.file) {}

  void finished(const replay::Finished& one) override {
    const engine::Verdict verdict = verdict_of(one.result.verdict);
    const bool fails = verdict == engine::Verdict::fail;
    const bool in_full = fails && ++failed_ <= most_in_full;
    if (in_full) progress_.print(format_difference(command_, one, style_));
    ++done_;
    const std::string remark = in_full ? "" : remark_on(one.result);
    if (fails || !command_.quiet)
      progress_.print(report::format_verdict(verdict, one.result.ended - one.result.started,
                                             connection_name(command_, one), remark, style_));
    if (command_.results.any()) results_.add(connection_record(command_, one));
  }
  void add_poll(std::vector<pollfd>& fds) override {
    fds.push_back({runner::interrupt_fd(), POLLIN, 0});
    if (companion_.server) companion_.server->add_poll(fds);
  }
  bool pump() override { return companion_.server && companion_.server->pump(); }
  void tick(std::size_t live) override {
    has_begun_ = true;
    live_ = live;
    if (!progress_.is_due()) return;
    progress_.show(share_.at(reader_.position()) + std::to_string(done_) + " connections" +
                   (failed_ ? ", " + std::to_string(failed_) + " failed" : "") + "; " + std::to_string(live) +
                   " running");
  }
  bool is_interrupted() const override { return runner::interrupt_signal() != 0 || has_left(); }
  void end(const replay::Total& total, wire::Duration took) {
    std::vector<std::string> not_run;
    for (const replay::Finished& one : total.not_played) not_run.push_back(connection_name(command_, one));
    results_.end({took, not_run, ""});
    std::string text = format_not_run(not_run);
    if (!total.is_complete) text += "not run: what the rest of the capture holds, which was not read\n";
    if (failed_ > most_in_full)
      text += "the first " + std::to_string(most_in_full) +
              " failures are told in full; results (--json, --junit, ...) have all of them\n";
    progress_.print(text + format_total(total, took, style_));
  }

 private:
  static constexpr std::size_t most_in_full = 20;

  /// The client that we started has ended, so that none will come any more.
  bool has_left() const {
    return command_.as == "server" && has_begun_ && live_ == 0 && companion_.program &&
           companion_.program->has_ended();
  }
  static const std::string& remark_on(const replay::Result& result) {
    static const std::string one_sided = "played, but only one side was captured: nothing to compare";
    return result.verdict == replay::Verdict::same && !result.compared ? one_sided : result.summary;
  }

  const ReplayCommand& command_;
  const capture::Reader& reader_;
  Results& results_;
  Companion& companion_;
  report::Style style_;
  Progress progress_;
  FileShare share_;
  std::size_t done_ = 0, failed_ = 0, live_ = 0;
  bool has_begun_ = false;
};

results::RunInfo replay_info(const ReplayCommand& command) {
  utsname system{};
  ::uname(&system);
  results::RunInfo info;
  info.version = TCPCRAFT_VERSION;
  info.kernel = std::string("Linux ") + system.release;
  info.network = is_private(command) ? "private network namespace" : "the host's network";
  info.seed = command.seed;
  info.started = std::time(nullptr);
  return info;
}

void enter(const ReplayCommand& command) {
  if (is_private(command)) return runner::enter_network(runner::Net::isolated);
  try {
    runner::enter_network(runner::Net::host);
  } catch (const runner::CannotRun&) {
    throw runner::CannotRun(
        "raw sockets need CAP_NET_RAW in the host's network: run as root, or let the other side run in a "
        "private network with --exec 'COMMAND'");
  }
}

/// What is wrong with the file, or with all that is in it; empty: nothing.
std::string complaint(const ReplayCommand& command, const capture::Summary& summary,
                      const replay::Total& total) {
  if (summary.damage)
    return command.file + ": the capture is damaged" +
           (summary.damage->packet == 0 ? "" : " at packet " + std::to_string(summary.damage->packet)) +
           ", byte " + std::to_string(summary.damage->offset) + ": " +
           report::printable(summary.damage->reason);
  if (total.is_complete && total.not_played.empty() && total.same + total.differs == 0)
    return command.file + ": nothing in it can be replayed";
  return "";
}

int exit_code_for(const replay::Total& total, const std::string& complaint) {
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  if (total.differs || !total.not_played.empty() || !total.is_complete) return failed;
  return complaint.empty() ? ok : invalid;
}

}  // namespace

int replay(const ReplayCommand& command) {
  replay::Options options = options_of(command);
  check_targets(command, options);
  std::unique_ptr<replay::Masks> masks;
  try {
    masks = std::make_unique<replay::Masks>(command.ignored);
  } catch (const std::invalid_argument& error) {
    throw UsageError(std::string("--ignore: ") + error.what());
  }
  capture::Reader reader{std::filesystem::path(command.file)};
  Results results(command.results);
  runner::catch_interrupts();
  enter(command);
  Companion companion;
  companion.start(command, options);
  Session session(command, reader, results, companion);
  results.begin(replay_info(command));
  const auto start = std::chrono::steady_clock::now();
  replay::Replayer replayer(reader, std::move(options), *masks, session);
  const replay::Total total = replayer.run();
  const wire::Duration took = std::chrono::steady_clock::now() - start;
  if (companion.program && command.as == "server") companion.program->await_end();
  session.end(total, took);
  const std::string wrong = complaint(command, reader.summary(), total);
  if (!wrong.empty()) std::fprintf(stderr, "tcpcraft: %s\n", wrong.c_str());
  return results.exit_code(exit_code_for(total, wrong));
}

}  // namespace tcpcraft::cli
