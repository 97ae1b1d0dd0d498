#pragma once

#include <cstddef>
#include <string>

#include <tcpcraft/matrix/state_variant.hpp>

#include "application.hpp"
#include "conversation.hpp"

namespace tcpcraft::matrix {

/// Both sides of a connection, played from one thread: what a recipe is followed with.
class Stage {
 public:
  Stage(transport::Link& link, const wire::Endpoint& kernel, const wire::Endpoint& peer)
      : application(kernel, peer), conversation(link, kernel, peer) {}

  /// Brings a fresh connection into the state. Why it could not be done; empty where it was.
  std::string set_up(const StateVariant& state, bool timestamps);

  Application application;
  Conversation conversation;
  std::vector<std::size_t> act_ends;  ///< how long the trace was after each act
  std::size_t unread = 0;             ///< bytes that the recipe leaves in the kernel's receive buffer

 private:
  std::string follow(const Act& act);
  std::string perform(const Act& act);
  void read();
  std::string fill_window();
  std::string doubts(const StateVariant& state) const;
};

}  // namespace tcpcraft::matrix
