#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::transport {

/// A raw IP socket for any number of crafted connections with one endpoint of the kernel's, here or on
/// another host. What the system drops because it was not received in time is lost, as on any wire. Needs
/// CAP_NET_RAW.
class EndpointLink {
 public:
  enum class Sees {
    from,  ///< what the endpoint sends: it is the kernel's
    to,    ///< what is sent to it: it is crafted
  };
  /// Throws os::SystemError.
  EndpointLink(const wire::Endpoint& endpoint, Sees sees);
  ~EndpointLink();

  /// Puts a segment on the wire. What the system refuses for want of room is lost; other refusals throw
  /// os::SystemError.
  void send(const wire::Segment& segment);

  /// Reads some of what has passed, without waiting; how many there are, `most` where there may be more.
  std::size_t read();
  static constexpr std::size_t most = 64;
  /// One of those; nothing where it is none of the endpoint's, or makes no sense.
  std::optional<wire::Segment> segment(std::size_t index) const;

  int fd() const { return socket_.get(); }

 private:
  struct Batch;
  wire::Endpoint endpoint_;
  Sees sees_;
  os::UniqueFd socket_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace tcpcraft::transport
