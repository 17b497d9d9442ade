// The store where processes meet: a small server of keys and values in one of them (c10d's
// TCPStore).
#pragma once
#include <c10/util/intrusive_ptr.h>

#include <string>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/options.h"

namespace rdm {

using StorePtr = c10::intrusive_ptr<c10d::Store>;

// Opens a connection to the store, and the store's server where this process holds it. The server
// listens on the interface that the others need: loopback on a single node, else the one that has
// the address of options.host. Throws Code::distributed where the port is taken or nobody answers.
StorePtr open_store(const ProcessOptions& options);

// Opens one more connection, for another thread.
StorePtr connect_store(const ProcessOptions& options);

std::string get_text(c10d::Store& store, const std::string& key);  // waits for the key
void set_text(c10d::Store& store, const std::string& key, const std::string& text);

// The address of this machine on the interface from which it reaches options.host.
std::string own_address(const ProcessOptions& options);

}  // namespace rdm
