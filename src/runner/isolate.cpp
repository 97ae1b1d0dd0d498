#include <tcpcraft/runner/isolate.hpp>

#include "child.hpp"

namespace tcpcraft::runner {

Outcome run_in_child(const std::function<Outcome()>& body) {
  Child child(body, Child::Output::shared);
  while (!child.is_done()) {
    pollfd readable = child.result_to_poll();
    ::poll(&readable, 1, -1);
    child.read();
  }
  return child.join();
}

}  // namespace tcpcraft::runner
