// The connections of this process, as the system lists them.
#pragma once
#include <cstdint>
#include <set>

namespace rdm {

// Descriptors of all connections but those that have `port` at either end.
std::set<int> connected_sockets_without(int64_t port);

// Ends a connection whose descriptor belongs to other code, which then reads the end of the stream.
void shut_down(int descriptor);

}  // namespace rdm
