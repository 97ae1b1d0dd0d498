// Every cell of rfc_matrix.tsv: one segment in one state, what it is answered by and where it leads.

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

std::vector<std::string> split(const std::string& line, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = line.find(separator, from)) != std::string::npos; from = at + separator.size())
    parts.push_back(line.substr(from, at - from));
  parts.push_back(line.substr(from));
  return parts;
}

struct Cell {
  std::string state, name, injected, expectation;
};

std::vector<Cell> read_cells() {
  std::ifstream file(TCPCRAFT_SOURCE_DIR "/tests/model/rfc_matrix.tsv");
  std::vector<Cell> cells;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line.rfind("state\t", 0) == 0) continue;
    const auto columns = split(line, "\t");
    cells.push_back({columns.at(0), columns.at(1), columns.at(2), columns.at(3)});
  }
  return cells;
}

void open_actively(Connection& c) {
  c.kernel = Tcb{};
  c.kernel_sends(SYN);
}

/// 1000 bytes each way, acknowledged; then 500 of the kernel's that are not.
void establish_with_history(Connection& c) {
  c.establish();
  c.exchange(1000);
  c.kernel_sends(ACK, filler(500));
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
  establish_with_history(c);
  if (state == "CLOSE-WAIT" || state == "LAST-ACK") c.peer_fin();
  if (state != "ESTABLISHED" && state != "CLOSE-WAIT") c.kernel_sends(FIN_ACK);
  if (state == "FIN-WAIT-2" || state == "TIME-WAIT") c.peer(ACK);
  if (state == "CLOSING" || state == "TIME-WAIT") c.peer_fin();
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

/// Sums and differences of variables and numbers, modulo 2^32.
std::uint32_t evaluate(const std::string& expression, const std::map<std::string, std::uint32_t>& names) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < expression.size();) {
    const bool minus = expression[at] == '-';
    if (minus || expression[at] == '+') ++at;
    const std::size_t end = std::min(expression.find_first_of("+-", at), expression.size());
    const std::string term = expression.substr(at, end - at);
    const auto name = names.find(term);
    const std::uint32_t value =
        name != names.end() ? name->second : static_cast<std::uint32_t>(std::stoul(term));
    sum += minus ? 0 - value : value;
    at = end;
  }
  return sum;
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

/// What the model says, in the notation of the matrix.
std::string outcome(const Tcb& tcb, const Reaction& reaction, const std::string& wanted,
                    std::map<std::string, std::uint32_t> names, const Segment& arrived) {
  const std::string then = " -> " + std::string(to_string(tcb.state));
  if (reaction.reply.kind == Kind::none) return "none" + then;
  Flags flags = ACK;
  std::string control = "ACK";
  if (reaction.reply.kind == Kind::syn_ack) flags = SYN_ACK, control = "SYN,ACK";
  if (reaction.reply.kind == Kind::rst) {
    // RFC 9293, section 3.5.2: the reset of a segment with ACK has none itself.
    flags = arrived.has(Flag::ack) ? RST : RST_ACK;
    control = arrived.has(Flag::ack) ? "RST" : "RST,ACK";
  }
  const Derived derived = derive(tcb, flags, 0);
  // Numbers that agree with the wanted expression are written as that expression, others in digits.
  names["SEG.SEQ"] = arrived.seq.raw();
  names["SEG.ACK"] = arrived.ack.raw();
  names["SEG.LEN"] = arrived.seg_len();
  const auto written = [&](const std::string& field, std::optional<SeqNum> number) {
    if (!number) return "<" + field + "=ISS(new)>";
    const std::size_t at = wanted.find("<" + field + "=");
    if (at != std::string::npos) {
      const std::size_t begin = at + field.size() + 2;
      const std::string expression = wanted.substr(begin, wanted.find('>', at) - begin);
      if (expression != "ISS(new)" && evaluate(expression, names) == number->raw())
        return "<" + field + "=" + expression + ">";
    }
    return "<" + field + "=" + std::to_string(number->raw()) + ">";
  };
  std::string result = written("SEQ", derived.seq);
  if (flags.has(Flag::ack)) result += written("ACK", derived.ack);
  result += "<CTL=" + control + ">";
  if (reaction.reply.may_wait) result += "(may be delayed)";
  return result + then;
}

TEST(Matrix, EveryCell_HasAnOutcomeThatTheStandardAllows) {
  const std::vector<Cell> cells = read_cells();
  ASSERT_EQ(cells.size(), 601u);
  for (const Cell& cell : cells) {
    Connection c = bring_to(cell.state, cell.injected.find("TS-conn") != std::string::npos);
    ASSERT_EQ(to_string(c.kernel.state), split(cell.state, "/")[0]) << cell.state;
    const auto names = variables(c.kernel);
    const Segment arrived = read_injected(cell.injected, names);
    const Reaction reaction = arrive(c.kernel, arrived);
    ASSERT_NE(reaction.rule, nullptr);

    bool allowed = false;
    std::string said;
    for (const std::string& wanted : split(cell.expectation, " | ")) {
      said = outcome(c.kernel, reaction, wanted, names, arrived);
      allowed = allowed || said == wanted;
    }
    EXPECT_TRUE(allowed) << cell.state << ' ' << cell.name << "  " << cell.injected << "\n  expected "
                         << cell.expectation << "\n  said     " << said << "  by " << reaction.rule->name;
    EXPECT_EQ(c.kernel.last_arrival->rule, reaction.rule);
  }
}

}  // namespace
}  // namespace tcpcraft::model::test
