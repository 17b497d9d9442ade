// The connections of this process, as the system lists them.
#pragma once
#include <cstdint>
#include <set>

namespace rdm {

// Descriptors; without the connections that have `port` at either end.
std::set<int> connected_sockets_without(int64_t port);

// Ends a connection whose descriptor somebody else owns: they read its end.
void shut_down(int descriptor);

}  // namespace rdm
