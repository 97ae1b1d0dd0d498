#include <tcpcraft/kernel/local_side.hpp>

namespace tcpcraft::kernel {

LocalSide::LocalSide(App app, const wire::Endpoint& kernel, const wire::Endpoint& peer)
    : kernel_(kernel), peer_(peer), server_(app, kernel) {}

}  // namespace tcpcraft::kernel
