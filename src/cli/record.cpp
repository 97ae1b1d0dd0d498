// `tcpcraft record`.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <tcpcraft/capture/comments.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/write_all.hpp>
#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/interrupt.hpp>

#include "commands.hpp"
#include "common.hpp"
#include "live.hpp"
#include "record_check.hpp"

namespace tcpcraft::cli {
namespace {

namespace fs = std::filesystem;

/// `server_close` of captures/server_close.pcap.zst.
std::string stem_of(const std::string& file) {
  if (file == "-") return "recorded";
  std::string name = fs::path(file).filename().string();
  const std::size_t dot = name.find(".pcap");
  return dot != name.npos && dot > 0 ? name.substr(0, dot) : fs::path(name).stem().string();
}

void write_new(const fs::path& path, const std::string& text, bool force) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL);
  const os::UniqueFd file(::open(path.c_str(), flags, 0666));
  if (!file && errno == EEXIST) throw UsageError(path.string() + " is there already: --force replaces it");
  if (!file) throw os::SystemError("write " + path.string());
  if (!os::write_all(file.get(), text)) throw os::SystemError("write " + path.string());
}

std::string damage_of(const std::string& file, const capture::Damage& damage) {
  const std::string where = damage.packet == 0 ? "" : " at packet " + std::to_string(damage.packet);
  return file + ": the capture is damaged" + where + ", byte " + std::to_string(damage.offset) + ": " +
         report::printable(damage.reason);
}

record::Splitter splitter_for(const RecordCommand& command, const std::string& file) {
  if (command.side == "server") return record::Splitter(record::Side::server);
  if (command.side == "client") return record::Splitter(record::Side::client);
  if (file == "-" || !command.interface.empty()) return record::Splitter(record::Side::noted);
  return record::Splitter(record::Side::noted, capture::read_comments(fs::path(file)));
}

std::string name_of(const record::Conversation& conversation) {
  return conversation.peers.front().to_string() + " to " + conversation.kernel.to_string();
}

/// The scenarios of one capture, on their way to their files. A connection is written soon after it is over.
class Recording {
 public:
  Recording(const RecordCommand& command, const std::string& file) : command_(command), file_(file) {}

  void take(std::vector<record::Conversation> over) {
    for (record::Conversation& one : over) waiting_.push_back({std::move(one), {}, {}});
    constexpr std::size_t many = 200;
    if (waiting_.size() < many) return;
    if (command_.output.empty()) refuse_many(waiting_.size());
    write(0);
  }
  /// No more will come; there were `count`.
  void end(std::size_t count) {
    if (count > 1 && command_.output.empty()) refuse_many(count);
    write(count);
  }
  bool is_all() const { return all_; }

 private:
  [[noreturn]] void refuse_many(std::size_t count) const {
    throw UsageError(file_ + " has " + std::to_string(count) +
                     " connections: choose one by --flow, or a folder for all by -o");
  }

  struct Waiting {
    record::Conversation conversation;
    record::Recorded recorded;
    Checked checked;
    std::set<std::string> tried = {};
  };

  /// Those that are waiting. `count` is 0 where more may come.
  void write(std::size_t count) {
    for (Waiting& one : waiting_) one.recorded = record::record(one.conversation, command_.app);
    if (command_.check) check();
    for (Waiting& one : waiting_) {
      say(one);
      if (!one.recorded.refused.empty()) continue;
      const std::string path = path_for(one.conversation.number, count);
      if (path.empty()) {
        print(one.recorded.text);
      } else {
        write_new(path, one.recorded.text, command_.force);
        print(path + "\n");
      }
    }
    waiting_.clear();
  }

  /// Of what a capture leaves open, the first that passes is right; where none does, the most likely is kept
  /// and the place marked.
  void check() {
    for (std::size_t number = 0; number < record::approaches().size(); ++number) {
      std::vector<std::string> texts;
      std::vector<Waiting*> whose;
      for (Waiting& one : waiting_) {
        const bool is_open = number == 0 || one.checked.verdict == Checked::Verdict::fails;
        if (!one.recorded.refused.empty() || !is_open || command_.app == "external") continue;
        std::string text =
            number == 0 ? one.recorded.text
                        : record::record(one.conversation, command_.app, record::approaches()[number]).text;
        if (text.empty() || !one.tried.insert(text).second) continue;
        texts.push_back(std::move(text));
        whose.push_back(&one);
      }
      const std::vector<Checked> all = check_recorded(texts);
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (number > 0 && all[i].verdict != Checked::Verdict::passes) continue;
        whose[i]->checked = all[i];
        whose[i]->recorded.text = texts[i];
      }
    }
    for (Waiting& one : waiting_)
      if (one.checked.verdict == Checked::Verdict::fails)
        one.recorded.text = record::with_comment(one.recorded.text, one.checked.line,
                                                 "not when it was played: " + one.checked.reason);
  }

  void say(const Waiting& one) {
    std::string what;
    if (!one.recorded.refused.empty())
      what = "is not recorded: " + one.recorded.refused;
    else if (command_.check && one.checked.verdict == Checked::Verdict::fails)
      what = "is recorded, and does not pass: line " + std::to_string(one.checked.line) + ", " +
             one.checked.reason + "; run --update puts it right";
    all_ &= what.empty();
    if (what.empty() && command_.check && one.checked.verdict == Checked::Verdict::not_played &&
        command_.app != "external")
      what = "is recorded, and was not played: " + one.checked.reason;
    if (what.empty()) return;
    std::fprintf(stderr, "tcpcraft: %s: %s %s\n", report::printable(file_).c_str(),
                 name_of(one.conversation).c_str(), report::printable(what).c_str());
  }

  /// Nothing where it is printed.
  std::string path_for(std::size_t number, std::size_t count) const {
    if (command_.output.empty()) return {};
    std::string name = stem_of(file_);
    if (count != 1) {
      const std::string digits = std::to_string(number);
      name += "-" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
    }
    return (fs::path(command_.output) / (name + ".scn")).string();
  }

  const RecordCommand& command_;
  const std::string& file_;
  std::vector<Waiting> waiting_;
  bool all_ = true;
};

/// The connections of a capture; and where it is damaged.
std::optional<capture::Damage> read(const RecordCommand& command, const std::string& file,
                                    record::Splitter& splitter, Recording& recording) {
  const std::vector<capture::Flow> flows = parse_flows(command.flows);
  capture::Reader reader{fs::path(file)};
  while (const auto packet = reader.next()) {
    for (const capture::Message& message : reader.take_messages()) splitter.add(message);
    if (capture::is_wanted(flows, packet->segment)) splitter.add(*packet);
    recording.take(splitter.finished());
    if (runner::interrupt_signal()) break;
  }
  for (const capture::Message& message : reader.take_messages()) splitter.add(message);
  return reader.summary().damage;
}

/// The signals that end a recording, readable where one has come. What is checked afterwards is interrupted
/// by the next.
class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals_, &before_);
    fd_ = os::UniqueFd(os::check(::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd"));
  }
  ~StopSignals() {
    signalfd_siginfo taken;
    while (::read(fd_.get(), &taken, sizeof taken) > 0) continue;
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  int fd() const { return fd_.get(); }

 private:
  sigset_t signals_{}, before_{};
  os::UniqueFd fd_;
};

/// The connections that pass on an interface until that is interrupted.
std::optional<capture::Damage> listen(const RecordCommand& command, record::Splitter& splitter,
                                      Recording& recording) {
  const std::vector<capture::Flow> flows = parse_flows(command.flows);
  const StopSignals stop;
  capture::Live live = open_live(command.interface, flows, stop.fd(), true);
  std::fprintf(stderr, "tcpcraft: recording on %s, Ctrl-C ends it\n",
               report::printable(command.interface).c_str());
  while (!live.is_over()) {
    const auto packet = live.next(std::chrono::hours(1));
    for (const capture::Message& message : live.take_messages()) splitter.add(message);
    if (packet && is_wanted(flows, packet->segment)) splitter.add(*packet);
    recording.take(splitter.finished());
  }
  if (live.dropped() > 0)
    std::fprintf(stderr, "tcpcraft: %llu packets passed too fast to be captured\n",
                 static_cast<unsigned long long>(live.dropped()));
  return live.summary().damage;
}

/// Whether all connections of the file could be recorded.
bool record_file(const RecordCommand& command, const std::string& file) {
  record::Splitter splitter = splitter_for(command, file);
  Recording recording(command, file);
  std::optional<capture::Damage> damage;
  if (command.interface.empty()) {
    damage = read(command, file, splitter, recording);
  } else {
    damage = listen(command, splitter, recording);
    runner::catch_interrupts();
  }
  recording.take(splitter.take());
  if (splitter.count() == 0 && damage) throw UsageError(damage_of(file, *damage));
  if (splitter.count() == 0) throw UsageError(file + ": there is no such connection in it");
  recording.end(splitter.count());
  if (damage) throw UsageError(damage_of(file, *damage));
  return recording.is_all();
}

}  // namespace

int record(const RecordCommand& command) {
  if (command.files.empty() == command.interface.empty())
    throw UsageError("what is to be recorded: a capture, or with -i an interface?");
  if (!command.interface.empty()) {
    if (!command.output.empty()) fs::create_directories(command.output);
    return record_file(command, command.interface) ? ok : failed;
  }
  if (command.files.size() > 1 && command.output.empty())
    throw UsageError("the scenarios of several captures need a folder: -o");
  if (!command.output.empty()) fs::create_directories(command.output);
  runner::catch_interrupts();
  bool all = true, invalid_file = false;
  for (const std::string& file : command.files) {
    try {
      all &= record_file(command, file);
    } catch (const UsageError& error) {
      if (command.files.size() == 1) throw;
      std::fprintf(stderr, "tcpcraft: %s\n", error.what());
      invalid_file = true;
    }
  }
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  return invalid_file ? invalid : all ? ok : failed;
}

}  // namespace tcpcraft::cli
