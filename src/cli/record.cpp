// `tcpcraft record`.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>

#include <tcpcraft/capture/flow.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/write_all.hpp>
#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>
#include <tcpcraft/report/console.hpp>

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

std::string name_of(const record::Conversation& conversation) {
  return conversation.peers.front().to_string() + " to " + conversation.kernel.to_string();
}

}  // namespace

int record(const RecordCommand& command) {
  const std::vector<capture::Flow> flows = flows_of(command);
  record::Splitter splitter(command.side == "client" ? record::Side::client : record::Side::server);
  capture::Reader reader{fs::path(command.file)};
  while (const auto packet = reader.next())
    if (capture::is_wanted(flows, packet->segment)) splitter.add(*packet);
  const std::vector<record::Conversation> conversations = splitter.take();
  const auto& damage = reader.summary().damage;
  if (conversations.empty() && damage) throw UsageError(damage_of(command.file, *damage));
  if (conversations.empty()) throw UsageError(command.file + ": there is no such connection in it");
  if (conversations.size() > 1 && command.output.empty())
    throw UsageError(command.file + " has " + std::to_string(conversations.size()) +
                     " connections: choose one by --flow, or a folder for all by -o");
  if (!command.output.empty()) fs::create_directories(command.output);
  int exit_code = ok;
  const std::size_t digits = std::to_string(conversations.size()).size();
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    const record::Recorded recorded = record::record(conversations[i], command.app);
    if (!recorded.refused.empty()) {
      std::fprintf(stderr, "tcpcraft: %s is not recorded: %s\n", name_of(conversations[i]).c_str(),
                   report::printable(recorded.refused).c_str());
      exit_code = failed;
      continue;
    }
    if (command.output.empty()) {
      print(recorded.text);
      continue;
    }
    std::string number = std::to_string(i + 1);
    number.insert(0, digits - number.size(), '0');
    const fs::path path = fs::path(command.output) /
                          (stem_of(command.file) + (conversations.size() > 1 ? "-" + number : "") + ".scn");
    write_new(path, recorded.text, command.force);
    print(path.string() + "\n");
  }
  if (damage) throw UsageError(damage_of(command.file, *damage));
  return exit_code;
}

}  // namespace tcpcraft::cli
