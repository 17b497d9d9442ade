#include "base/error.h"
#include "distributed/backend.h"
#include "distributed/sockets.h"

#ifdef RDM_WITH_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif

namespace rdm {

#ifdef RDM_WITH_GLOO

bool has_gloo() {
  return true;
}

// A collective of Gloo's cannot be called off: where one process hangs, all others would wait for
// it until the time-out, and Gloo's own way to close a connection wakes none of them. So abort
// shuts down the sockets below Gloo, which then sees the other side as gone. Gloo does not say
// which sockets are its own: they are those that its constructor adds. Connections to the store,
// which may come at the same time, are left out by their port.
Carrier make_gloo(const StorePtr& store, const ProcessOptions& options) {
  auto settings = c10d::ProcessGroupGloo::Options::create(std::chrono::seconds(options.timeout));
  settings->devices.push_back(
      c10d::ProcessGroupGloo::createDeviceForHostname(own_address(options)));
  const auto before = connected_sockets_without(options.port);
  auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
      c10::make_intrusive<c10d::PrefixStore>("gloo", store), static_cast<int>(options.rank),
      static_cast<int>(options.world_size), settings);
  auto connections = connected_sockets_without(options.port);
  for (const int other : before) connections.erase(other);
  return {gloo, [connections] {
            for (const int connection : connections) shut_down(connection);
          }};
}

#else

bool has_gloo() {
  return false;
}

Carrier make_gloo(const StorePtr&, const ProcessOptions&) {
  throw Error(Code::distributed, "this rdm was built without Gloo, which several processes need",
              "install Gloo's headers (Debian: libgloo-dev) and run set-up again");
}

#endif

}  // namespace rdm
