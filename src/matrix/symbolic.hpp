#pragma once

#include <string>
#include <vector>

#include <tcpcraft/matrix/observation.hpp>
#include <tcpcraft/model/reaction.hpp>

/// Segments said in terms of the variables as they were before the injected one arrived: the same words for
/// every connection, so that answers of different runs and families can be compared.
namespace tcpcraft::matrix {

/// `nothing`, `ACK seq=SND.NXT ack=RCV.NXT+100`, `SYN-ACK seq=new ack=SEG.SEQ+1`, `RST seq=SEG.ACK`.
std::string symbolic(const model::Reply& reply, const model::Tcb& before, const wire::Segment& injected);
std::string symbolic(const wire::Segment& sent, const model::Tcb& before, const wire::Segment& injected);

/// All of the kernel's answers, at once and flushed: `nothing`, or the segments joined by ", "; what came
/// only when the application had read is marked `(delayed)`.
std::string symbolic(const Observation& observation);

}  // namespace tcpcraft::matrix
