#include "distributed/sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <optional>
#include <string>

namespace rdm {

namespace {

// The port at one end of a connection: name_of is getsockname for this end, getpeername for the
// other. Nothing where there is no connection.
std::optional<int64_t> port_of(int descriptor, decltype(::getpeername)* name_of) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (name_of(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return std::nullopt;
}

}  // namespace

std::set<int> connected_sockets_without(int64_t port) {
  std::set<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/fd")) {
    const int descriptor = std::stoi(entry.path().filename().string());
    const auto theirs = port_of(descriptor, ::getpeername);
    const auto ours = port_of(descriptor, ::getsockname);
    if (theirs && theirs != port && ours != port) found.insert(descriptor);
  }
  return found;
}

void shut_down(int descriptor) {
  ::shutdown(descriptor, SHUT_RDWR);
}

}  // namespace rdm
