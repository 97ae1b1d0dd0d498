// Every cell of matrix.tsv: one segment in one state, what it is answered by and where it leads.

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "model/matrix_table.hpp"
#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

using tcpcraft::test::evaluate;
using tcpcraft::test::split;
using Cell = tcpcraft::test::TableCell;

void open_actively(Connection& c) {
  c.kernel = Tcb{};
  c.kernel_sends(SYN);
}

/// 1000 bytes each way, acknowledged; then `outstanding` of the kernel's that are not.
void establish_with_history(Connection& c, std::size_t outstanding) {
  c.establish();
  c.exchange(1000);
  if (outstanding > 0) c.kernel_sends(ACK, filler(outstanding));
}

Connection bring_to(const std::string& state, bool timestamps) {
  Connection c;
  c.timestamps = timestamps;
  if (state == "CLOSED") c.kernel = Tcb{};
  if (state == "CLOSED" || state == "LISTEN") return c;
  if (state == "SYN-SENT" || state == "SYN-RECEIVED/active") {
    open_actively(c);
    if (state == "SYN-SENT") return c;
  }
  if (state.rfind("SYN-RECEIVED", 0) == 0) {
    c.receive_syn();
    return c;
  }
  if (state == "ESTABLISHED/zwin") {
    c.kernel_window = 1000;
    c.receive_syn();
    c.kernel_window = 0;
    c.peer(ACK);
    c.exchange(1000);
    c.kernel_sends(ACK, filler(500));
    return c;
  }
  const bool acknowledged = state.rfind("FIN-WAIT-2", 0) == 0 || state == "TIME-WAIT";
  establish_with_history(c, acknowledged ? 0 : 500);
  const bool by_peer = state == "CLOSE-WAIT" || state.rfind("LAST-ACK", 0) == 0;
  c.kernel.orphaned = state == "LAST-ACK" || state.find("/orphan") != std::string::npos;
  if (by_peer) c.peer_fin();
  if (state != "ESTABLISHED" && state != "CLOSE-WAIT") c.kernel_sends(FIN_ACK);
  const bool closing = state.rfind("CLOSING", 0) == 0;
  if (acknowledged) c.peer(ACK);
  if (closing || state == "TIME-WAIT") c.peer_fin();
  return c;
}

/// The variables that the matrix's expressions name, as they are before the segment arrives.
std::map<std::string, std::uint32_t> variables(const Tcb& tcb) {
  const bool known = tcb.irs.has_value();
  const SeqNum rcv_nxt = known ? tcb.rcv_nxt : irs + 1;
  return {
      {"R", rcv_nxt.raw()},           {"RCV.NXT", rcv_nxt.raw()},     {"W", known ? tcb.rcv_wnd() : 65535},
      {"U", tcb.snd_una.raw()},       {"SND.UNA", tcb.snd_una.raw()}, {"N", tcb.snd_nxt.raw()},
      {"SND.NXT", tcb.snd_nxt.raw()}, {"MW", tcb.max_snd_wnd},        {"IRS", irs.raw()},
      {"TR", tcb.ts_recent}};
}

Flags read_flags(const std::string& letters) {
  const std::map<char, Flag> names = {{'S', Flag::syn}, {'F', Flag::fin}, {'R', Flag::rst},
                                      {'P', Flag::psh}, {'A', Flag::ack}, {'U', Flag::urg}};
  Flags flags;
  for (const char letter : letters)
    if (letter != '-') flags.set(names.at(letter));
  return flags;
}

Segment read_injected(const std::string& injected, const std::map<std::string, std::uint32_t>& names) {
  std::map<std::string, std::string> fields;
  for (const std::string& word : split(injected, " ")) {
    const auto pair = split(word, "=");
    fields[pair[0]] = pair.size() > 1 ? pair[1] : "";
  }
  Segment made = segment(read_flags(fields["CTL"]), SeqNum(evaluate(fields["SEQ"], names)));
  if (fields["ACK"] != "-") made.ack = SeqNum(evaluate(fields["ACK"], names));
  made.payload = filler(std::stoul(fields["LEN"]));
  if (fields.count("win")) made.window = static_cast<std::uint16_t>(std::stoul(fields["win"]));
  if (fields.count("urg")) made.urgent_pointer = 1;
  if (fields.count("ts")) made.options.push_back(wire::Timestamps{evaluate(fields["ts"], names), 0});
  return made;
}

/// The same of what the model says. A connection that is gone leaves CLOSED or LISTEN.
std::string describe(const Outcome& outcome) {
  const Reply& reply = outcome.reply;
  const std::string state(to_string(outcome.after.state));
  if (reply.kind == Kind::none) return "none " + state;
  std::string control = reply.flags.has(Flag::syn) ? "SYN,ACK" : reply.flags.has(Flag::rst) ? "RST" : "ACK";
  if (reply.flags.has(Flag::rst) && reply.flags.has(Flag::ack)) control += ",ACK";
  std::string resolved = "SEQ=" + (reply.seq ? std::to_string(reply.seq->raw()) : "ISS(new)") + " ";
  if (reply.flags.has(Flag::ack)) resolved += "ACK=" + std::to_string(reply.ack.raw()) + " ";
  return resolved + "CTL=" + control + " " + state;
}

std::set<std::string> describe(const Reaction& reaction) {
  std::set<std::string> described;
  for (const Outcome& outcome : reaction.alternatives) described.insert(describe(outcome));
  return described;
}

std::string join(const std::set<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) joined += "\n    " + line;
  return joined;
}

/// A cell, with the connection brought to its state and the segment made.
struct Prepared {
  explicit Prepared(const Cell& cell)
      : connection(bring_to(cell.state, cell.injected.find("TS-conn") != std::string::npos)),
        names(variables(connection.kernel)),
        arrived(read_injected(cell.injected, names)) {
    EXPECT_EQ(to_string(connection.kernel.state), split(cell.state, "/")[0]) << cell.state;
  }
  Reaction react(const Profile& profile) {
    connection.kernel.profile = &profile;
    return arrive(connection.kernel, arrived);
  }
  std::string resolve(const std::string& reply, const std::string& state) const {
    return tcpcraft::test::resolve(reply, state, names, arrived);
  }

  Connection connection;
  std::map<std::string, std::uint32_t> names;
  Segment arrived;
};

bool damaged(const Cell& cell) {
  return cell.injected.find("badcsum") != std::string::npos;
}

std::string show(const Cell& cell) {
  return cell.state + " " + cell.name + "  " + cell.injected;
}

/// Whether the outcomes are the cell's, the first one in front, each with the rule that it rests on.
void expect_alternatives(const Cell& cell) {
  Prepared prepared(cell);
  const Reaction reaction = prepared.react(rfc9293);
  const std::vector<std::string> alternatives = split(cell.expectation, " | ");
  const std::vector<std::string> cited = split(cell.rules, " | ");
  std::set<std::string> allowed;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const auto parts = split(alternatives[i], " -> ");
    const std::string expected = prepared.resolve(parts.at(0), parts.at(1));
    for (const std::string& rule : split(cited.at(i), " / ")) allowed.insert(expected + " by " + rule);
    if (i > 0) continue;
    EXPECT_EQ(describe(reaction.first()), expected) << show(cell) << ", what the text mentions first";
  }
  std::set<std::string> said;
  for (const Outcome& outcome : reaction.alternatives)
    said.insert(describe(outcome) + " by " + std::string(outcome.rule->name));
  EXPECT_EQ(reaction.alternatives.size(), said.size()) << show(cell) << ", each outcome once";
  EXPECT_EQ(said, allowed) << show(cell) << "\n  expected " << join(allowed) << "\n  said " << join(said);
}

TEST(Matrix, EveryCell_HasTheOutcomesThatTheStandardAllows) {
  const std::vector<Cell> cells = tcpcraft::test::read_cells();
  ASSERT_EQ(cells.size(), 806u);
  for (const Cell& cell : cells)
    if (!damaged(cell)) expect_alternatives(cell);
}

std::string ids_of(const std::vector<const Deviation*>& deviations) {
  std::string ids;
  for (const Deviation* deviation : deviations) ids += (ids.empty() ? "" : " ") + std::string(deviation->id);
  return ids.empty() ? "-" : ids;
}

TEST(Matrix, EveryCell_OfLinuxIsAllowedOrAKnownDeviation) {
  for (const Cell& cell : tcpcraft::test::read_cells()) {
    if (damaged(cell)) continue;
    Prepared prepared(cell);
    const std::size_t late = cell.linux_reply.find(": ");
    const std::string reply =
        late == std::string::npos ? cell.linux_reply : cell.linux_reply.substr(late + 2);
    const std::string measured = prepared.resolve(reply, cell.linux_state);
    const std::set<std::string> allowed = describe(prepared.react(rfc9293));
    const Reaction predicted = prepared.react(linux_profile);
    const Outcome& first = predicted.first();
    const bool deviates = allowed.count(measured) == 0;
    const bool said = !first.deviations.empty() && allowed.count(describe(first)) == 0;
    if (deviates || said) {
      EXPECT_EQ(describe(first), measured) << show(cell);
    }
    EXPECT_EQ(deviates, said) << show(cell);
    EXPECT_EQ(ids_of(first.deviations), cell.deviations) << show(cell);
  }
}

}  // namespace
}  // namespace tcpcraft::model::test
