#pragma once

#include <initializer_list>
#include <string>

namespace tcpcraft::os {

/// A device in which everything ends that the kernel sends through it: a bridge without ports, or a veth
/// whose other end nobody reads. Needs CAP_NET_ADMIN in the namespace and no file, so an ordinary user in a
/// private namespace can have it.
class SinkDevice {
 public:
  /// Makes the device in the present network namespace; it is down and has no address. `kinds` are those of
  /// `ip link add type`, tried in turn until the kernel knows one. Throws SystemError. Only for a private
  /// namespace.
  explicit SinkDevice(std::initializer_list<const char*> kinds = {"bridge", "veth"});
  /// Takes the address away and the device down, and its routes with it. It is removed together with its
  /// namespace.
  ~SinkDevice();
  SinkDevice(const SinkDevice&) = delete;
  SinkDevice& operator=(const SinkDevice&) = delete;

  const std::string& name() const { return name_; }
  unsigned index() const { return index_; }

 private:
  std::string name_;
  unsigned index_ = 0;
};

}  // namespace tcpcraft::os
