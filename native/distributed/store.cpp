#include "distributed/store.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "base/error.h"

namespace rdm {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

constexpr int kBacklog = 4096;

std::string place(const ProcessOptions& options) {
  return message(options.host, ":", options.port);
}

// host: null means every interface of this machine.
Addresses resolve(const char* host, int64_t port, int type) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = type;
  hints.ai_flags = host ? 0 : AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host, std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) {
    throw Error(Code::distributed,
                message("cannot find the address of ", host, ": ", ::gai_strerror(failure)),
                "--dist-url (or MASTER_ADDR) must name the first node as the others see it");
  }
  return {found, &::freeaddrinfo};
}

// Returns a descriptor that is bound and listens, or -1 with errno set.
int listen_on(const addrinfo& address) {
  const int descriptor = ::socket(address.ai_family, SOCK_STREAM, 0);
  if (descriptor < 0) return -1;
  const int on = 1, off = 0;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ai_family == AF_INET6) {
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 &&
      ::listen(descriptor, kBacklog) == 0) {
    return descriptor;
  }
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  return -1;
}

// Where the address is not this machine's own, such as that of a service in front of it, the server
// listens on every interface.
int open_server(const ProcessOptions& options) {
  const auto named = resolve(options.host.c_str(), options.port, SOCK_STREAM);
  int descriptor = listen_on(*named);
  if (descriptor < 0 && errno == EADDRNOTAVAIL) {
    descriptor = listen_on(*resolve(nullptr, options.port, SOCK_STREAM));
  }
  if (descriptor >= 0) return descriptor;
  throw Error(Code::distributed,
              message("cannot listen on ", place(options), ": ", std::strerror(errno)),
              errno == EADDRINUSE
                  ? "another run uses this port: give each run its own, --dist-url tcp://HOST:PORT"
                  : "");
}

StorePtr store_with(const ProcessOptions& options, bool serve) {
  c10d::TCPStoreOptions tcp;
  tcp.port = static_cast<std::uint16_t>(options.port);
  tcp.waitWorkers = false;
  tcp.timeout = std::chrono::seconds(options.timeout);
  tcp.isServer = serve;
  if (serve) tcp.masterListenFd = open_server(options);
  try {
    auto store = c10::make_intrusive<c10d::TCPStore>(options.host, tcp);
    return c10::make_intrusive<c10d::PrefixStore>("rdm" + options.prefix, store);
  } catch (const c10::Error&) {
    throw Error(Code::distributed,
                message("rank ", options.rank, " found no store at ", place(options), " within ",
                        options.timeout, " s"),
                "is rank 0 running there, and does no firewall stand between? --dist-timeout waits "
                "longer");
  }
}

}  // namespace

StorePtr open_store(const ProcessOptions& options) {
  return store_with(options, options.serve);
}

StorePtr connect_store(const ProcessOptions& options) {
  return store_with(options, /*serve=*/false);
}

std::string get_text(c10d::Store& store, const std::string& key) {
  const auto bytes = store.get(key);
  return {bytes.begin(), bytes.end()};
}

void set_text(c10d::Store& store, const std::string& key, const std::string& text) {
  store.set(key, std::vector<uint8_t>(text.begin(), text.end()));
}

// Connecting a datagram socket sends nothing; it only makes the system choose the route, whose own
// end is the address.
std::string own_address(const ProcessOptions& options) {
  const auto target = resolve(options.host.c_str(), options.port, SOCK_DGRAM);
  const int descriptor = ::socket(target->ai_family, SOCK_DGRAM, 0);
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  auto* address = reinterpret_cast<sockaddr*>(&own);
  char text[NI_MAXHOST] = "";
  const bool known =
      ::connect(descriptor, target->ai_addr, target->ai_addrlen) == 0 &&
      ::getsockname(descriptor, address, &length) == 0 &&
      ::getnameinfo(address, length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0;
  const int reason = errno;
  ::close(descriptor);
  RDM_CHECK(known, Code::distributed, "no route to ", options.host, ": ", std::strerror(reason));
  return text;
}

}  // namespace rdm
