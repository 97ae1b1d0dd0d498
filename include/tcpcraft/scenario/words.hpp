#pragma once

#include <string_view>
#include <vector>

/// The words of the format, each list in the order of docs/scenario-format.md. The reader knows these and no
/// others, the formatter writes keys in this order, and a test holds docs/scenario.schema.json against them.
namespace tcpcraft::scenario::words {

using List = std::vector<std::string_view>;

// Keys.
inline const List scenario{"scenario", "about", "rfc",   "tags",   "for",  "requires",
                           "kernel",   "peer",  "peers", "blocks", "steps"};
inline const List kernel{"app", "address", "sysctl", "link", "mtu"};
inline const List peer{"address", "iss", "window", "options"};
inline const List peer_options{"mss", "sack", "wscale", "timestamps"};
inline const List variants{"permutations"};  // in place of a list
inline const List repeat{"times", "steps"};
inline const List verbs{"send",    "expect", "optional", "any-order", "state",  "counter", "info",
                        "dropped", "wait",   "app",      "use",       "repeat", "note"};
inline const List verbs_of_all{"counter", "wait", "note"};  // with no peer's name in front

// Values.
inline const List apps{"echo-once", "echo", "discard", "none", "script", "external"};
inline const List links{"loopback", "tun"};
inline const List states{"LISTEN",     "SYN-RECEIVED", "SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
                         "CLOSE-WAIT", "CLOSING",      "LAST-ACK", "TIME-WAIT",   "CLOSED"};

}  // namespace tcpcraft::scenario::words
