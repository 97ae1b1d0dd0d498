// `tcpcraft new`.

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/report/style.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

namespace fs = std::filesystem;

struct Template {
  std::string_view name;
  std::string_view text;  ///< behind the title
};

constexpr Template templates[] = {
    {"passive", R"(about: |
  What is tested, and why the kernel has to answer as it does.
rfc: [9293#3.5, 9293#3.10.7.4]   # the sections it rests on
tags: [data]                     # tcpcraft run --tag data
kernel:
  app: echo                      # or echo-once, discard, none; leave it out where app: steps drive the socket
peer:
  options: {mss: 1460}           # what the crafted SYN offers; also sack, wscale and timestamps
steps:
  - use:    handshake            # send: SYN, expect: SYN-ACK, send: ACK
  # No number has to be written: seq and ack are derived and checked. What is written is checked instead.
  - send:   PSH-ACK "hello\n"
  - expect: ACK
  - expect: PSH-ACK "hello\n"
  - send:   ACK
  - expect: nothing              # silence, which is proven and not waited for
  - state:  ESTABLISHED          # what the kernel says of its socket
)"},
    {"active", R"(about: |
  The kernel opens the connection: the application connects, and the peer answers.
rfc: [9293#3.5, 9293#3.10.7.3]   # the sections it rests on
tags: [open, active]             # tcpcraft run --tag active
peer:
  options: {mss: 1460}           # what the crafted SYN-ACK agrees to; also sack, wscale and timestamps
steps:
  - app:    connect              # the socket's application makes the calls that app: says, and no others
  - expect: SYN <mss *, ...>     # * is any value, ... any further options
  - state:  SYN-SENT
  - send:   SYN-ACK
  - expect: ACK
  - app:    write "hello\n"
  - expect: PSH-ACK "hello\n"    # seq and ack are derived and checked; what is written is checked instead
  - send:   ACK
  - send:   PSH-ACK "welcome\n"
  - expect: ACK
  - app:    read -> "welcome\n"  # -> states what a call comes to
)"},
    {"half-close", R"(about: |
  The peer closes its half of the connection and goes on receiving; then the kernel closes the other half.
rfc: [9293#3.6]                  # the sections it rests on
tags: [close, half-close]        # tcpcraft run --tag half-close
peer:
  options: {mss: 1460}           # what the crafted SYN offers; also sack, wscale and timestamps
steps:
  - use:    handshake            # send: SYN, expect: SYN-ACK, send: ACK; and app: accept
  - send:   FIN-ACK
  - expect: ACK ack=2            # the FIN counts one: this is what would be derived, too
  - state:  CLOSE-WAIT
  - app:    read -> eof          # -> states what a call comes to
  - app:    write "still here\n"
  - expect: PSH-ACK "still here\n"
  - send:   ACK
  - app:    close
  - expect: FIN-ACK
  - state:  LAST-ACK
  - send:   ACK
  - state:  CLOSED               # there is no such socket any more
)"},
    {"zero-window", R"(about: |
  The application does not read, so that the kernel's window closes; when it reads, the window opens again.
rfc: [9293#3.8.6]                # the sections it rests on
tags: [window]                   # tcpcraft run --tag window
steps:
  - app:    set SO_RCVBUF 4096   # before the handshake: the connection inherits it
  - use:    handshake            # send: SYN, expect: SYN-ACK, send: ACK; and app: accept
  - send:   PSH-ACK len=4096     # so many bytes, whichever
  - expect: ACK win=0            # a window is checked only where it is written
  - send:   PSH-ACK "z"
  - expect: ACK ack=4097 win=0   # the byte beyond the window is not taken
  - app:    read 4096 -> 4096 bytes
  - expect: ACK ack=4097         # the window opens
)"},
    {"reset", R"(about: |
  A reset that is in the window but not at RCV.NXT is challenged; the one at RCV.NXT ends the connection.
rfc: [5961#3.2]                  # the sections it rests on
tags: [reset]                    # tcpcraft run --tag reset
kernel:
  app: echo                      # or echo-once, discard, none; leave it out where app: steps drive the socket
steps:
  - use:     handshake           # send: SYN, expect: SYN-ACK, send: ACK
  - send:    RST seq=snd.nxt+1   # snd.una, snd.nxt, rcv.nxt, iss and irs of the side that sends; or a number
  - expect:  ACK                 # seq and ack are derived and checked; what is written is checked instead
  - counter: TcpExt.TCPChallengeACK += 1
  - state:   ESTABLISHED
  - send:    RST
  - expect:  nothing             # silence, which is proven and not waited for
  - state:   CLOSED
)"},
};

/// `close/my_half_close`, without the `.scn` it may end in. Throws UsageError for what is no such name.
fs::path checked_name(std::string name) {
  if (name.ends_with(".scn")) name.resize(name.size() - 4);
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' || c == '/';
  };
  const bool path = !name.empty() && std::all_of(name.begin(), name.end(), fits) &&
                    !fs::path(name).filename().empty() && fs::path(name).filename().string().front() != '.';
  if (!path)
    throw UsageError(
        "'" + report::printable(name) +
        "' cannot be a scenario's name: letters, digits, '_', '-' and '.', with '/' between folders");
  return name;
}

/// "My half close" of `my_half_close`.
std::string title_of(std::string stem) {
  std::replace_if(
      stem.begin(), stem.end(), [](char c) { return c == '_' || c == '-' || c == '.'; }, ' ');
  stem.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(stem.front())));
  return stem;
}

/// A title that YAML would not take for a text as it stands is quoted.
std::string title_line(const std::string& title) {
  const bool plain = std::isalpha(static_cast<unsigned char>(title.front()));
  return "scenario: " + (plain ? title : "'" + title + "'") + "\n";
}

void write_new(const fs::path& path, std::string_view text) {
  const os::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file && errno == EEXIST) throw UsageError(path.string() + " is there already: nothing was written");
  if (!file) throw os::SystemError("write " + path.string());
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) throw os::SystemError("write " + path.string());
}

}  // namespace

int make_new(const NewCommand& command) {
  fs::path path = fs::path(command.topic) / checked_name(command.name);
  const std::string title = title_of(path.filename().string());
  path += ".scn";
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  const auto chosen = std::find_if(std::begin(templates), std::end(templates),
                                   [&](const Template& one) { return one.name == command.kind; });
  write_new(path, title_line(title) + std::string(chosen->text));
  print("written: " + path.string() + "\nnext:    tcpcraft run " + path.string() + "\n");
  return ok;
}

}  // namespace tcpcraft::cli
