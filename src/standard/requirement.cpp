#include <algorithm>

#include <tcpcraft/standard/requirement.hpp>

namespace tcpcraft::standard {

using Party = Requirement::Party;

namespace {

// Why something cannot be observed.
constexpr std::string_view about_applications = "about applications, not the kernel";
constexpr std::string_view no_push_flag = "the socket interface has no PUSH flag";
constexpr std::string_view no_call = "no socket call of a scenario's asks for it";
constexpr std::string_view no_isns = "no step compares the ISNs of two connections";
constexpr std::string_view no_ip_options = "a scenario cannot write IP options";

constexpr std::string_view push = "PUSH flag";
constexpr std::string_view window = "Window";
constexpr std::string_view urgent = "Urgent Data";
constexpr std::string_view options = "TCP Options";
constexpr std::string_view checksums = "TCP Checksums";
constexpr std::string_view isn = "ISN Selection";
constexpr std::string_view opening = "Opening Connections";
constexpr std::string_view closing = "Closing Connections";
constexpr std::string_view retransmissions = "Retransmissions";
constexpr std::string_view acks = "Generating ACKs";
constexpr std::string_view sending = "Sending Data";
constexpr std::string_view failures = "Connection Failures";
constexpr std::string_view keep_alive = "Send Keep-alive Packets";
constexpr std::string_view ip_options = "IP Options";
constexpr std::string_view icmp = "Receiving ICMP Messages from IP";
constexpr std::string_view addresses = "Address Validation";
constexpr std::string_view services = "TCP/ALP Interface Services";
constexpr std::string_view rfc5961 = "RFC 5961 Support";
constexpr std::string_view ecn = "Explicit Congestion Notification";
constexpr std::string_view congestion = "Alternative Congestion Control";

constexpr Requirement table[] = {
    {"MAY-16", "3.9.1.2", push, "data without PUSH may be held back", Party::sender},
    {"SHLD-27", "3.9.1.2", push, "successive pushes share a segment", Party::sender},
    {"MAY-15", "3.9.1.2", push, "a SEND may state PUSH", Party::api, no_push_flag},
    {"MUST-60", "3.9.1.2", push, "without PUSH in SEND no data is held forever", Party::sender},
    {"MUST-61", "3.9.1.2", push, "without PUSH in SEND the last segment has PSH", Party::sender},
    {"MAY-17", "3.9.1.3", push, "the application may be told of a PSH", Party::api, no_push_flag},
    {"SHLD-28", "3.9.1.2", push, "segments are as large as they can be", Party::sender},

    {"MUST-1", "3.1", window, "a window is an unsigned number", Party::sender},
    {"REC-1", "3.1", window, "windows are kept in 32 bits", Party::both},
    {"SHLD-14", "3.8.6", window, "the right edge of a window stays", Party::receiver},
    {"SHLD-15", "3.8.6", window, "a shrunken window gets no new data", Party::sender},
    {"SHLD-16", "3.8.6", window, "a shrunken window gets its old data again", Party::sender},
    {"SHLD-17", "3.8.6", window, "data past a shrunken window does not time out", Party::sender},
    {"MUST-34", "3.8.6", window, "a window that shrinks does no harm", Party::sender},
    {"MAY-8", "3.8.6.1", window, "a window may stay closed for good", Party::receiver},
    {"MUST-35", "3.8.6", window, "a window that shrinks to zero is probed", Party::sender},
    {"MUST-36", "3.8.6.1", window, "a window of zero is probed", Party::sender},
    {"SHLD-29", "3.8.6.1", window, "the first probe comes after one RTO", Party::sender},
    {"SHLD-30", "3.8.6.1", window, "probes come at growing intervals", Party::sender},
    {"MUST-37", "3.8.6.1", window, "probes that are answered keep a connection up", Party::sender},
    {"MAY-7", "3.8.6", window, "old data past a shrunken window may go again", Party::sender},
    {"MUST-66", "3.4", window, "RST and URG count at a window of zero, too", Party::receiver},

    {"MUST-30", "3.8.5", urgent, "there is urgent data", Party::both},
    {"MUST-62", "3.8.5", urgent, "the pointer is one past the urgent data", Party::both},
    {"MUST-31", "3.8.5", urgent, "urgent data has any length", Party::both},
    {"MUST-32", "3.8.5", urgent, "the application is told of urgent data", Party::api,
     "a signal tells of it, and a scenario takes none"},
    {"MUST-33", "3.8.5", urgent, "it can ask whether more is to come", Party::api},
    {"SHLD-13", "3.8.5", urgent, "new applications send none", Party::application, about_applications},

    {"MUST-4", "3.1", options, "EOL, NOP and MSS are understood", Party::both},
    {"MUST-5", "3.1", options, "any segment may carry options", Party::receiver},
    {"MUST-6", "3.1", options, "an unknown option is ignored", Party::receiver},
    {"MUST-68", "3.1", options, "every option but EOL and NOP has a length", Party::both},
    {"MUST-7", "3.1", options, "an illegal length is survived", Party::receiver},
    {"MUST-64", "3.2", options, "options need not be aligned", Party::receiver},
    {"MUST-14", "3.7.1", options, "MSS is sent and received", Party::both},
    {"SHLD-5", "3.7.1", options, "a SYN has MSS where it is not the default", Party::sender},
    {"MAY-3", "3.7.1", options, "a SYN may always have MSS", Party::sender},
    {"MUST-15", "3.7.1", options, "without MSS it is 536, or 1220 over IPv6", Party::sender},
    {"MUST-16", "3.7.1", options, "segments fit the peer's MSS and the path", Party::sender},
    {"SHLD-6", "3.7.3", options, "MSS allows for an MTU that varies", Party::receiver,
     "no link of a scenario's has an MTU that varies"},
    {"MUST-65", "3.2", options, "MSS is on SYNs alone", Party::sender},
    {"MUST-67", "3.7.1", options, "MSS is at most what can be reassembled", Party::receiver},
    {"MUST-69", "3.1", options, "zeros follow EOL", Party::sender, "Linux pads with NOP and sends no EOL"},

    {"MUST-2", "3.1", checksums, "a sender computes the checksum", Party::sender,
     "a scenario does not look at the kernel's checksums"},
    {"MUST-3", "3.1", checksums, "a receiver checks the checksum", Party::receiver},

    {"MUST-8", "3.4.1", isn, "a clock drives the ISN", Party::both, no_isns},
    {"SHLD-1", "3.4.1", isn, "the ISN has a pseudorandom part", Party::both, no_isns},
    {"MUST-9", "3.4.1", isn, "nobody outside can compute that part", Party::both, no_isns},

    {"MUST-10", "3.5", opening, "both sides may open at the same time", Party::both},
    {"MUST-11", "3.5", opening, "SYN-RECEIVED knows what led to it", Party::both},
    {"MUST-41", "3.9.1.1", opening, "a passive open leaves others alone", Party::api},
    {"MUST-42", "3.9.1.1", opening, "a port listens while others open on it", Party::api},
    {"MUST-44", "3.9.1.1", opening, "IP picks a source where nobody does", Party::ip,
     "a scenario's socket is bound before it connects"},
    {"MUST-45", "3.9.1.1", opening, "a connection keeps its local address", Party::ip},
    {"MUST-46", "3.9.1.1", opening, "an open to a broadcast address is refused", Party::api},
    {"MUST-57", "3.9.2.3", opening, "what comes to a broadcast address is dropped", Party::ip,
     "a scenario cannot send to one"},

    {"SHLD-2", "3.5.3", closing, "a RST may carry data", Party::receiver},
    {"MUST-12", "3.6", closing, "the application learns of a FIN or a RST", Party::api},
    {"MAY-1", "3.6.1", closing, "a close may end reading, too", Party::api},
    {"SHLD-3", "3.6.1", closing, "a RST tells of data lost by that", Party::receiver},
    {"MUST-13", "3.6.1", closing, "TIME-WAIT lasts for two MSL", Party::both},
    {"MAY-2", "3.6.1", closing, "TIME-WAIT may take a SYN", Party::receiver},
    {"SHLD-4", "3.6.1", closing, "timestamps shorten TIME-WAIT", Party::receiver},

    {"MUST-19", "3.8.2", retransmissions, "RTO backs off, slow start, congestion avoidance", Party::sender},
    {"MAY-4", "3.8.1", retransmissions, "a repetition may keep its IP identity", Party::sender,
     "no step compares the identities of two segments"},
    {"MUST-18", "3.8.1", retransmissions, "the RTO follows RFC 6298 and Karn", Party::sender},

    {"MUST-58", "3.10.7.4", acks, "ACKs are aggregated", Party::receiver},
    {"SHLD-31", "3.10.7.4", acks, "segments out of order are kept", Party::receiver},
    {"MUST-59", "3.10.7.4", acks, "an ACK comes when all that is queued is done", Party::receiver},
    {"MAY-13", "3.10.7.4", acks, "a segment out of order may draw an ACK", Party::receiver},
    {"SHLD-18", "3.8.6.3", acks, "ACKs are delayed", Party::receiver},
    {"MUST-40", "3.8.6.3", acks, "they are delayed by less than half a second", Party::receiver},
    {"SHLD-19", "3.8.6.3", acks, "every second full segment is acknowledged", Party::receiver},
    {"MUST-39", "3.8.6.2.2", acks, "a receiver avoids silly windows", Party::receiver},

    {"MUST-49", "3.9.2", sending, "the TTL can be set", Party::ip},
    {"MUST-38", "3.8.6.2.1", sending, "a sender avoids silly segments", Party::sender},
    {"SHLD-7", "3.7.4", sending, "Nagle's algorithm coalesces", Party::sender},
    {"MUST-17", "3.7.4", sending, "the application can switch it off", Party::api},

    {"MUST-20", "3.8.3", failures, "too many retransmissions end a connection", Party::sender},
    {"MUST-21", "3.8.3", failures, "the application can set how many (R2)", Party::api},
    {"SHLD-9", "3.8.3", failures, "it is told of trouble before that (R1)", Party::api, no_call},
    {"SHLD-10", "3.8.3", failures, "R1 is at least 3 retransmissions", Party::sender},
    {"SHLD-11", "3.8.3", failures, "R2 is at least 100 seconds", Party::sender},
    {"MUST-22", "3.8.3", failures, "SYNs are retransmitted likewise", Party::sender},
    {"MUST-23", "3.8.3", failures, "and that for at least 3 minutes", Party::sender},

    {"MAY-5", "3.8.4", keep_alive, "there may be keep-alives", Party::sender},
    {"MUST-24", "3.8.4", keep_alive, "the application can switch them", Party::api},
    {"MUST-25", "3.8.4", keep_alive, "they are off by default", Party::api},
    {"MUST-26", "3.8.4", keep_alive, "they are sent when nothing happens", Party::sender},
    {"MUST-27", "3.8.4", keep_alive, "their interval can be set", Party::api},
    {"MUST-28", "3.8.4", keep_alive, "by default it is at least two hours", Party::api},
    {"MUST-29", "3.8.4", keep_alive, "one lost answer ends nothing", Party::sender},
    {"SHLD-12", "3.8.4", keep_alive, "they have no data", Party::sender},
    {"MAY-6", "3.8.4", keep_alive, "they may be set to have one octet", Party::sender, no_call},

    {"MUST-50", "3.9.2", ip_options, "unknown ones are ignored", Party::ip, no_ip_options},
    {"MAY-10", "3.9.2", ip_options, "Timestamp may be supported", Party::ip, no_ip_options},
    {"MAY-11", "3.9.2", ip_options, "Record Route may be supported", Party::ip, no_ip_options},
    {"MUST-51", "3.9.2.1", ip_options, "an active open can state a route", Party::api, no_ip_options},
    {"MUST-52", "3.9.2.1", ip_options, "it outweighs that of a datagram", Party::ip, no_ip_options},
    {"MUST-53", "3.9.2.1", ip_options, "a passive open uses the route of the SYN", Party::ip, no_ip_options},
    {"SHLD-24", "3.9.2.1", ip_options, "a later route replaces an earlier", Party::ip, no_ip_options},

    {"MUST-54", "3.9.2.2", icmp, "an ICMP error reaches its connection", Party::ip},
    {"SHLD-25", "3.9.2.2", icmp, "the application is told of soft errors", Party::api},
    {"MUST-56", "3.9.2.2", icmp, "soft errors end no connection", Party::ip},
    {"SHLD-26", "3.9.2.2", icmp, "hard errors end a connection", Party::ip},
    {"MUST-55", "3.9.2.2", icmp, "a Source Quench is ignored", Party::ip,
     "no message of a scenario's is one"},

    {"MUST-63", "3.9.2.3", addresses, "a SYN from an invalid address is ignored", Party::ip,
     "what a scenario puts in over lo is past the check"},

    {"MUST-47", "3.9.1.8", services, "soft errors can be learned of", Party::api},
    {"SHLD-20", "3.9.1.8", services, "reports of them can be declined", Party::api},
    {"MUST-48", "3.9.1.9", services, "the Diffserv field can be set", Party::api},
    {"SHLD-22", "3.9.1.9", services, "it reaches IP unchanged", Party::ip},
    {"SHLD-21", "3.9.1.9", services, "it can be changed later", Party::api},
    {"SHLD-23", "3.9.2", services, "applications leave it alone", Party::application, about_applications},
    {"MAY-9", "3.9.1.9", services, "that which arrives may be told", Party::api, no_call},
    {"MAY-14", "3.9.1.7", services, "there may be a FLUSH call", Party::api, "the socket interface has none"},
    {"MUST-43", "3.9.1.1", services, "an open can state the local address", Party::api},

    {"MAY-12", "3.10.7.4", rfc5961, "an ACK that is too old may be refused", Party::receiver},
    {"SHLD-8", "3.8.2", ecn, "ECN is implemented", Party::both},
    {"MAY-18", "3.8.2", congestion, "there may be other algorithms", Party::sender},
};

}  // namespace

Requirement::Level Requirement::level() const {
  if (name.starts_with("MUST")) return Level::must;
  return name.starts_with("MAY") ? Level::may : Level::should;
}

std::span<const Requirement> requirements() {
  return table;
}

const Requirement* find_requirement(std::string_view name) {
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const Requirement& one) { return one.name == name; });
  return found == std::end(table) ? nullptr : &*found;
}

std::vector<std::string_view> requirement_names() {
  std::vector<std::string_view> names;
  for (const Requirement& one : table) names.push_back(one.name);
  return names;
}

}  // namespace tcpcraft::standard
