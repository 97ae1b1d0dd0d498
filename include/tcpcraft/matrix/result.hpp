#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/matrix/observation.hpp>
#include <tcpcraft/matrix/segment_class.hpp>
#include <tcpcraft/matrix/state_variant.hpp>
#include <tcpcraft/model/reaction.hpp>

namespace tcpcraft::matrix {

/// What became of one cell.
enum class Verdict {
  conforms,       ///< what the standard prescribes
  alternative,    ///< another outcome that the standard allows
  deviation,      ///< a known deviation of the profile
  new_deviation,  ///< neither allowed nor known: a finding
  vanished,       ///< conforms where the profile knows a deviation: a finding
  inconclusive,   ///< nothing could be told
};

/// `conforms`, `alternative`, `deviation`, `new`, `vanished`, `inconclusive`.
std::string_view to_string(Verdict verdict);
/// The verdict of that name, letter by letter as above; nothing otherwise.
std::optional<Verdict> parse_verdict(std::string_view name);

struct Cell {
  const StateVariant* state = nullptr;
  const SegmentClass* segment = nullptr;
  bool v6 = false;
};

/// An outcome, said in the notation of the matrix: `ACK seq=SND.NXT ack=RCV.NXT`.
struct Expected {
  std::string reply;  ///< `nothing` where silent
  model::State state = model::State::closed;
  const model::Rule* rule = nullptr;
};

struct CellResult {
  Cell cell;
  Verdict verdict = Verdict::inconclusive;
  std::vector<Expected> allowed;  ///< by the standard; the first is what the text prescribes
  std::vector<const model::Deviation*> deviations;  ///< those that explain, or would have explained, the cell
  std::string observed;                             ///< in the same notation as `Expected::reply`
  std::vector<std::string> differences;  ///< a line for each field or effect that does not agree; else empty
  Observation observation;
};

struct MatrixResult {
  std::string kernel;   ///< `Linux 6.18.44`
  std::string link;     ///< `loopback`, `tun`, `sink`
  std::string profile;  ///< `linux`, `rfc9293`
  bool rate_limits = false;
  std::vector<CellResult> cells;  ///< by family, state and class, in the order of the tables
};

}  // namespace tcpcraft::matrix
