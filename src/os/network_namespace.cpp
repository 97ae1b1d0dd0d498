#include <algorithm>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {
namespace {

void write_file(const std::string& path, std::string_view text) {
  const UniqueFd file(check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), path));
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written == -1) throw SystemError(path);
  if (written != static_cast<ssize_t>(text.size())) throw SystemError(path, EINVAL);
}

/// The number in a file under /proc; -1 where there is no such file.
long read_number(const char* path) {
  long value = -1;
  std::ifstream(path) >> value;
  return value;
}

/// The path of a sysctl below `net`; throws for any other name.
std::string sysctl_path(std::string_view name) {
  const std::string text(name);
  if (name.find('/') != name.npos || name.find("..") != name.npos || name.empty() || name.back() == '.')
    throw SystemError("sysctl " + text, ENOENT);
  if (!name.starts_with("net.")) throw SystemError("sysctl " + text, EPERM);
  std::string path = "/proc/sys/" + text;
  std::replace(path.begin(), path.end(), '.', '/');
  return path;
}

}  // namespace

void enter_private_network() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1) {
    const int refused = errno;
    // Where user namespaces are switched off, root can do without.
    if (uid == 0 && ::unshare(CLONE_NEWNET) == 0) return;
    throw SystemError("unshare", refused);
  }
  // An ordinary user may write gid_map only once setgroups is given up: user_namespaces(7).
  write_file("/proc/self/setgroups", "deny");
  const auto identity = [](auto id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
  write_file("/proc/self/uid_map", identity(uid));
  write_file("/proc/self/gid_map", identity(gid));
}

void renew_private_network() {
  check(::unshare(CLONE_NEWNET), "unshare");
}

std::string why_not_private(int error) {
  const std::string otherwise = "run as root, or with --net host and CAP_NET_RAW";
  if (read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
    return "user namespaces are switched off: sysctl kernel.unprivileged_userns_clone=1, or " + otherwise;
  if (read_number("/proc/sys/user/max_user_namespaces") == 0)
    return "user namespaces are switched off: raise the sysctl user.max_user_namespaces, or " + otherwise;
  if (error == ENOSPC || error == EUSERS)
    return "too many namespaces: raise the sysctls user.max_user_namespaces and user.max_net_namespaces, "
           "or " +
           otherwise;
  if (error == EINVAL) return "the kernel has no user or no network namespaces: " + otherwise;
  if (read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
    return "AppArmor restricts user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or " +
           otherwise;
  return "a namespace of its own is not permitted here (a container's seccomp profile?): " + otherwise;
}

void write_sysctl(std::string_view name, std::string_view value) {
  const std::string path = sysctl_path(name);
  try {
    // The kernel is not asked about an empty write.
    if (value.empty()) throw SystemError(path, EINVAL);
    write_file(path, value);
  } catch (const SystemError& error) {
    // A directory is no sysctl either.
    const int code = error.code().value() == EISDIR ? ENOENT : error.code().value();
    throw SystemError("sysctl " + std::string(name) + "=" + std::string(value), code);
  }
}

bool may_use_raw_sockets() {
  return static_cast<bool>(UniqueFd(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)));
}

}  // namespace tcpcraft::os
