#pragma once

namespace tcpcraft::wire {

/// One function of several, each for a type of its own: what std::visit wants.
template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

}  // namespace tcpcraft::wire
