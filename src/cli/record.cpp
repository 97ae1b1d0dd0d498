// `tcpcraft record`.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>

#include <tcpcraft/capture/comments.hpp>
#include <tcpcraft/capture/flow.hpp>
#include <tcpcraft/capture/live.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/write_all.hpp>
#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/interrupt.hpp>

#include "commands.hpp"
#include "common.hpp"

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

std::vector<capture::Flow> flows_of(const RecordCommand& command) {
  std::vector<capture::Flow> flows;
  for (const std::string& text : command.flows) {
    const auto flow = capture::Flow::parse(text);
    if (!flow) throw UsageError("--flow: '" + text + "' is not an address, a port, or A.B.C.D:PORT");
    flows.push_back(*flow);
  }
  return flows;
}

record::Splitter splitter_for(const RecordCommand& command, const std::string& file) {
  if (command.side == "server") return record::Splitter(record::Side::server);
  if (command.side == "client") return record::Splitter(record::Side::client);
  if (file == "-") return record::Splitter(record::Side::noted);
  return record::Splitter(record::Side::noted, capture::read_comments(fs::path(file)));
}

std::string name_of(const record::Conversation& conversation) {
  return conversation.peers.front().to_string() + " to " + conversation.kernel.to_string();
}

/// The connections of a capture; and where it is damaged.
std::vector<record::Conversation> read(const RecordCommand& command, const std::string& file,
                                       std::optional<capture::Damage>& damage) {
  const std::vector<capture::Flow> flows = flows_of(command);
  record::Splitter splitter = splitter_for(command, file);
  capture::Reader reader{fs::path(file)};
  while (const auto packet = reader.next()) {
    for (const capture::Message& message : reader.take_messages()) splitter.add(message);
    if (capture::is_wanted(flows, packet->segment)) splitter.add(*packet);
  }
  for (const capture::Message& message : reader.take_messages()) splitter.add(message);
  damage = reader.summary().damage;
  return splitter.take();
}

/// The connections that pass on an interface until that is interrupted.
std::vector<record::Conversation> listen(const RecordCommand& command,
                                         std::optional<capture::Damage>& damage) {
  const std::vector<capture::Flow> flows = flows_of(command);
  runner::catch_interrupts();
  capture::LiveOptions options;
  options.interface = command.interface;
  options.filter = capture::bpf_filter(flows);
  options.stop = runner::interrupt_fd();
  capture::Live live(options);
  record::Splitter splitter(command.side == "server" ? record::Side::server : record::Side::client);
  std::fprintf(stderr, "recording on %s until Ctrl-C\n", report::printable(command.interface).c_str());
  while (!live.is_over())
    if (const auto packet = live.next(std::chrono::seconds(1)); packet && is_wanted(flows, packet->segment))
      splitter.add(*packet);
  damage = live.summary().damage;
  if (live.dropped() > 0)
    std::fprintf(stderr, "tcpcraft: %llu packets passed too fast to be captured\n",
                 static_cast<unsigned long long>(live.dropped()));
  return splitter.take();
}

/// The scenario of connection `number` of so many. Nothing where it is printed.
std::string path_for(const RecordCommand& command, const std::string& file, std::size_t number,
                     std::size_t count) {
  if (command.output.empty()) return {};
  std::string name = stem_of(file);
  if (count > 1) {
    const std::string digits = std::to_string(number), most = std::to_string(count);
    name += "-" + std::string(most.size() - digits.size(), '0') + digits;
  }
  return (fs::path(command.output) / (name + ".scn")).string();
}

/// Whether all connections of the file could be recorded.
bool record_file(const RecordCommand& command, const std::string& file) {
  std::optional<capture::Damage> damage;
  const std::vector<record::Conversation> conversations =
      command.interface.empty() ? read(command, file, damage) : listen(command, damage);
  if (conversations.empty() && damage) throw UsageError(damage_of(file, *damage));
  if (conversations.empty()) throw UsageError(file + ": there is no such connection in it");
  if (conversations.size() > 1 && command.output.empty())
    throw UsageError(file + " has " + std::to_string(conversations.size()) +
                     " connections: choose one by --flow, or a folder for all by -o");
  bool all = true;
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    const record::Recorded recorded = record::record(conversations[i], command.app);
    const std::string path = path_for(command, file, i + 1, conversations.size());
    if (!recorded.refused.empty()) {
      std::fprintf(stderr, "tcpcraft: %s: %s is not recorded: %s\n", report::printable(file).c_str(),
                   name_of(conversations[i]).c_str(), report::printable(recorded.refused).c_str());
      all = false;
    } else if (path.empty()) {
      print(recorded.text);
    } else {
      write_new(path, recorded.text, command.force);
      print(path + "\n");
    }
  }
  if (damage) throw UsageError(damage_of(file, *damage));
  return all;
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
  return invalid_file ? invalid : all ? ok : failed;
}

}  // namespace tcpcraft::cli
