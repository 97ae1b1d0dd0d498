#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <tcpcraft/runner/run.hpp>

namespace tcpcraft::cli {

/// What a command says about how it went.
enum ExitCode {
  ok = 0,          ///< everything passed or was skipped
  failed = 1,      ///< a scenario failed
  invalid = 2,     ///< the command line or a scenario is invalid
  cannot_run = 3,  ///< nothing could run here
};

/// An argument that cannot be used, found only while the command runs.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each command: what can be said on its command line, with the defaults, and what it does. A command returns
// its exit code, and throws UsageError or std::system_error.

/// Which scenarios are played, of those that the paths lead to.
struct Selection {
  std::vector<std::string> tags;          ///< only scenarios with one of these
  std::vector<std::string> skipped_tags;  ///< none with one of these
  std::vector<std::string> filters;       ///< only scenarios whose name matches one of these patterns
  bool slow = false;                      ///< those that folders have under the tag `slow`, too
};

/// The files that results are written to, each empty where it is not asked for; `-` is standard output.
struct ResultOptions {
  std::string json, tap, junit, html;
  bool github = false;  ///< annotations, and the job's summary

  bool to_standard_output() const { return json == "-" || tap == "-" || junit == "-" || html == "-"; }
  bool any() const { return !json.empty() || !tap.empty() || !junit.empty() || !html.empty() || github; }
};

/// Scenarios mostly wait: many more than there are processors.
std::size_t default_jobs();

struct RunCommand : Selection {
  std::vector<std::string> paths;
  runner::Net net = runner::Net::isolated;
  std::string captures = "captures";
  bool captures_named = false;  ///< by the user: not being able to write there is an error then
  bool no_captures = false;
  bool verbose = false;
  bool quiet = false;
  bool ladder = false;                         ///< what passes is drawn when it is over
  bool update = false;                         ///< rewrite the files by what the kernel does
  bool dry_run = false;                        ///< only show how
  bool list = false;                           ///< name what would be played
  std::size_t repeats = 1;                     ///< how often to play everything
  bool until_fail = false;                     ///< again and again, until something fails
  std::size_t retries = 0;                     ///< how often to play a failure again
  bool fail_fast = false;                      ///< start no more after the first failure
  std::optional<wire::Duration> timeout = {};  ///< of one scenario
  std::string shard;                           ///< `2/4`; empty: what the environment says
  ResultOptions results;
  std::string durations;  ///< the results of an earlier run, as JSON
  std::size_t jobs = default_jobs();
  std::uint64_t seed = 0;
  std::string color = "auto";
};
int run(RunCommand command);
/// `run --update`
int update_files(const RunCommand& command);

struct MergeCommand {
  std::vector<std::string> files;
  ResultOptions results;
  std::string color = "auto";
};
int merge(const MergeCommand& command);

struct NewCommand {
  std::string name;
  std::string topic;
  std::string kind = "passive";
};
int make_new(const NewCommand& command);

struct CoverageCommand : Selection {
  std::vector<std::string> paths;
  runner::Net net = runner::Net::isolated;
  std::string json;
  bool verbose = false;
  std::size_t jobs = default_jobs();
  std::uint64_t seed = 0;
  std::string color = "auto";
};
int show_coverage(const CoverageCommand& command);

struct CheckCommand {
  std::vector<std::string> paths;
  std::string color = "auto";
};
int check(const CheckCommand& command);

struct FmtCommand {
  std::vector<std::string> paths;  ///< `-` alone: from the standard input to the standard output
  bool check = false;              ///< write nothing, name the files that would change
  bool diff = false;               ///< write nothing, show what would change
  std::string color = "auto";
};
int fmt(const FmtCommand& command);

struct ServeCommand {
  std::string app = "echo-once";
  std::string address = "127.0.0.1:9877";
};
int serve(const ServeCommand& command);

struct SendCommand {
  std::string segment;
  std::string to = "127.0.0.1:9877";
  std::string app = "echo-once";
  std::vector<std::string> allowed_targets;
  runner::Net net = runner::Net::isolated;
  std::string wait = "100ms";
  std::uint64_t seed = 0;
  bool verbose = false;
  std::string color = "auto";
};
int send(const SendCommand& command);

struct ExplainCommand {
  std::string file;   ///< empty where it is live
  bool live = false;  ///< while it happens
  std::string interface = "lo";
  bool quiet = false, verbose = false, ladder = false;
  std::string json, html, mermaid;  ///< files, each empty where it is not asked for; `-` is standard output
  std::vector<std::string> flows;   ///< only connections that have all of these at their ends
  std::string color = "auto";
};
int explain(const ExplainCommand& command);

struct RecordCommand {
  std::vector<std::string> files;  ///< `-` is the standard input
  std::string interface;           ///< instead of files: what passes there
  std::string side;                ///< empty: what the capture says of itself, or the client
  std::vector<std::string> flows;  ///< only connections that have all of these at their ends
  std::string output;              ///< a folder; empty: the standard output
  std::string app;                 ///< empty: what was captured tells
  bool force = false;
  bool check = true;  ///< play what was recorded
};
int record(const RecordCommand& command);

struct ReplayCommand {
  std::string file;
  std::string as = "client";
  std::string to;                    ///< the live server
  std::string listen;                ///< as server: where the live client connects to
  std::vector<std::string> maps;     ///< ADDRESS=ADDRESS, with ports or without
  std::vector<std::string> flows;    ///< only connections that have all of these at their ends
  std::vector<std::string> ignored;  ///< regular expressions
  bool fast = false;                 ///< as fast as possible
  std::string speed = "1x";
  bool clean = false;
  std::size_t limit = 0;  ///< 0: all
  std::size_t concurrency = 1000;
  std::optional<wire::Duration> timeout = {};
  std::string program;  ///< what is to be run in a private network
  std::string app;      ///< or a stock server there
  std::vector<std::string> allowed_targets;
  bool quiet = false;
  ResultOptions results;
  std::uint64_t seed = 0;
  std::string color = "auto";
};
int replay(const ReplayCommand& command);

struct MatrixCommand {
  std::vector<std::string> states;   ///< patterns; none: all
  std::vector<std::string> classes;  ///< patterns; none: the default set
  bool all = false;                  ///< all classes
  std::string cell;                  ///< STATE:CLASS
  std::string ip = "both";
  std::string link = "loopback";
  std::string profile = "linux";
  std::string rate_limits = "off";
  std::string json, html, baseline, scenarios;
  bool list = false;
  bool verbose = false;
  std::string color = "auto";
};
int play_matrix(MatrixCommand command);

}  // namespace tcpcraft::cli
