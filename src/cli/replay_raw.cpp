#include "replay_raw.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

#include <net/if_arp.h>
#include <poll.h>
#include <sys/prctl.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/replay/raw.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/interrupt.hpp>

#include "commands.hpp"
#include "common.hpp"
#include "progress.hpp"

namespace tcpcraft::cli {

double parse_speed(const std::string& text) {
  const std::string number = text.ends_with('x') ? text.substr(0, text.size() - 1) : text;
  double speed = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), speed);
  if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(speed) || speed < 1e-6 ||
      speed > 1e6)
    throw UsageError("--speed: '" + text + "' is not a speed such as 2x or 0.5x");
  return speed;
}

namespace {

using std::chrono::duration_cast;

constexpr int patience_ms = 1000;

std::string count(std::uint64_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

/// How far it is, on a terminal.
class RawProgress {
 public:
  RawProgress(const ReplayRawCommand& command, const replay::FrameSender& sender)
      : loops_(command.loops), sender_(sender), line_(0, true), share_(command.file) {}

  void begin(const capture::RecordReader& file) {
    file_ = &file;
    ++pass_;
  }
  void show() {
    if (!line_.is_due() || !file_) return;
    const std::string pass =
        loops_ > 1 ? "pass " + std::to_string(pass_) + " of " + std::to_string(loops_) + ", " : "";
    line_.show(pass + share_.at(file_->position()) + count(sender_.frames(), "packet") + " sent");
  }

 private:
  std::uint64_t loops_, pass_ = 0;
  const replay::FrameSender& sender_;
  const capture::RecordReader* file_ = nullptr;
  Progress line_;
  FileShare share_;
};

class MonotonicClock : public replay::RawClock {
 public:
  explicit MonotonicClock(RawProgress& progress) : progress_(progress) {
    ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);  // else every wait is 50 microseconds longer
  }

  wire::Duration now() override {
    return duration_cast<wire::Duration>(std::chrono::steady_clock::now().time_since_epoch());
  }

  bool wait_until(wire::Duration moment) override {
    progress_.show();
    // A sleep ends late by the time that waking up takes: what is left of the wait is spent awake.
    for (wire::Duration left = moment - now(); left > waking; left = moment - now()) {
      const auto sleep = left - waking;
      const auto seconds = duration_cast<std::chrono::seconds>(sleep);
      const timespec timeout{seconds.count(), (sleep - seconds).count()};
      pollfd stop{runner::interrupt_fd(), POLLIN, 0};
      ::ppoll(&stop, 1, &timeout, nullptr);
      if (runner::interrupt_signal() != 0) return false;
    }
    while (now() < moment) continue;
    return true;
  }

  bool is_stopped() override {
    progress_.show();
    return runner::interrupt_signal() != 0;
  }

 private:
  static constexpr std::chrono::microseconds waking{60};
  RawProgress& progress_;
};

os::NetworkInterface find_interface(const std::string& name) {
  try {
    return os::find_network_interface(name);
  } catch (const os::SystemError& error) {
    if (error.code().value() != ENODEV) throw;
    std::string names;
    for (const std::string& one : os::network_interface_names()) names += (names.empty() ? "" : ", ") + one;
    throw UsageError("-i: there is no interface " + report::printable(name) + "; there are: " + names);
  }
}

os::NetworkInterface usable_interface(const ReplayRawCommand& command) {
  os::NetworkInterface interface = find_interface(command.interface);
  const bool harmless = interface.hardware == ARPHRD_LOOPBACK || !os::is_in_first_network();
  if (!harmless && command.allowed_interface != interface.name)
    throw UsageError("-i: " + interface.name +
                     " is neither lo nor in a network namespace made for tests: name it with " +
                     "--allow-interface " + interface.name + " if you may send there");
  if (!interface.is_up) throw os::SystemError("interface " + interface.name + " is down", ENETDOWN);
  // One that was brought up a moment ago finds its carrier a little later.
  for (int waited = 0; !interface.is_running && waited < patience_ms; ++waited) {
    ::poll(nullptr, 0, 1);
    interface = find_interface(command.interface);
  }
  if (!interface.is_running)
    throw os::SystemError("interface " + interface.name + " has no carrier: what is sent there is lost",
                          ENETDOWN);
  return interface;
}

std::string format(const char* pattern, double number) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, number);
  return text;
}

std::string format_sent(const replay::RawResult& result, const ReplayRawCommand& command) {
  const double seconds = std::chrono::duration<double>(result.took).count();
  std::string text = count(result.packets, "packet") + " (" + std::to_string(result.bytes) +
                     " bytes) sent to " + command.interface + " in " + format("%.3f s", seconds);
  if (seconds > 0)
    text += format(": %.0f packets/s", static_cast<double>(result.packets) / seconds) +
            format(", %.1f Mbit/s", static_cast<double>(result.bytes) * 8e-6 / seconds);
  if (!command.as_fast_as_possible && result.packets > 0)
    text +=
        format("; at most %.3f ms late", std::chrono::duration<double, std::milli>(result.latest).count());
  return text + "\n";
}

void print_omissions(const replay::RawResult& result, const os::NetworkInterface& interface) {
  const auto tell = [](const replay::Omission& omission, const std::string& why) {
    if (omission.packets > 0)
      print("not sent: " + count(omission.packets, "packet") + ", from packet " +
            std::to_string(omission.first) + " on: " + why + "\n");
  };
  tell(result.too_long, "longer than the MTU of " + interface.name + ", " + std::to_string(interface.mtu) +
                            " bytes; the longest has " + std::to_string(result.longest));
  tell(result.too_short, "shorter than a frame's header");
  tell(result.not_ip, "not IP, and " + interface.name + " is sent nothing else from this capture");
  if (result.refused > 0)
    print("not sent: " + count(result.refused, "packet") + ": dropped by the queue of " + interface.name +
          "\n");
  if (result.cut > 0)
    print("note: " + count(result.cut, "packet") + (result.cut == 1 ? " was" : " were") +
          " cut by the snap length, and sent as far as captured\n");
}

/// The first pass begins with `file`; those behind it open the file again.
void play(replay::RawReplay& replay, capture::RecordReader& file, const ReplayRawCommand& command,
          RawProgress& progress) {
  progress.begin(file);
  bool more = replay.play(file);
  for (std::uint64_t loop = 1; more && loop < command.loops; ++loop) {
    capture::RecordReader again{std::filesystem::path(command.file)};
    progress.begin(again);
    more = replay.play(again);
  }
}

struct Sent {
  replay::RawResult result;
  std::optional<os::SystemError> error;  ///< what ended it early
};

Sent send_all(const ReplayRawCommand& command, const os::NetworkInterface& interface,
              capture::RecordReader& file, const replay::Framing& framing) {
  const auto sender = replay::open_sender(interface, !command.as_fast_as_possible);
  RawProgress progress(command, *sender);
  MonotonicClock clock(progress);
  replay::RawOptions options;
  if (command.as_fast_as_possible)
    options.speed.reset();
  else
    options.speed = parse_speed(command.speed);
  options.limit = command.limit;
  options.mtu = interface.mtu;
  replay::RawReplay replay(options, framing, *sender, clock);
  Sent sent;
  try {
    play(replay, file, command, progress);
  } catch (const os::SystemError& refused) {
    sent.error = refused;
  }
  sent.result = replay.result();
  return sent;
}

void check_damage(const ReplayRawCommand& command, const std::optional<capture::Damage>& damage) {
  if (!damage) return;
  const std::string where = damage->packet == 0 ? "" : " at packet " + std::to_string(damage->packet);
  throw UsageError(command.file + ": the capture is damaged" + where + ", byte " +
                   std::to_string(damage->offset) + ": " + report::printable(damage->reason));
}

}  // namespace

int replay_raw(const ReplayRawCommand& command) {
  parse_speed(command.speed);
  if (command.loops > 1 && !std::filesystem::is_regular_file(command.file))
    throw UsageError("--loop: " + command.file + " is not a file that can be read again");
  const os::NetworkInterface interface = usable_interface(command);
  capture::RecordReader file{std::filesystem::path(command.file)};
  if (!file.link()) check_damage(command, file.damage());
  const auto framing = replay::Framing::between(*file.link(), interface.hardware);
  if (!framing)
    throw UsageError(command.file + " cannot be sent to " + interface.name + ": " +
                     replay::Framing::why_not(*file.link(), interface.name));
  runner::catch_interrupts();
  const auto [result, error] = send_all(command, interface, file, *framing);
  print(format_sent(result, command));
  print_omissions(result, interface);
  if (error) throw *error;
  check_damage(command, file.damage());
  if (result.stopped) return 128 + runner::interrupt_signal();
  return result.omitted() == 0 ? ok : failed;
}

}  // namespace tcpcraft::cli
