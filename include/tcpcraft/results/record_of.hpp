#pragma once

#include <cstddef>
#include <string>

#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/results/record.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/scenario/source.hpp>

namespace tcpcraft::results {

/// What a record says besides the result.
struct RecordContext {
  std::string name;     ///< what tells it from all others
  std::string file;     ///< its path as given
  std::string capture;  ///< empty where there is none
  std::string again;    ///< the command that runs it again
  std::string failure;  ///< all that the console says of a failure, without colours
  std::size_t attempts = 1;
};

/// What became of a scenario, free of the process that played it.
Record record_of(const scenario::Source& source, const scenario::Scenario& scenario,
                 const engine::Result& result, const RecordContext& context);

/// A step in one line, names of variants replaced: `b@expect: ACK ack=3`.
std::string format_step(const scenario::Scenario& scenario, const scenario::Step& step);

}  // namespace tcpcraft::results
