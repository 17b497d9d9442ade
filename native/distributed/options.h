// The place of a process among those of its run, as a launcher gives it: torchrun's variables under
// our names.
#pragma once
#include <cstdint>
#include <string>

#include "base/dictionary_reader.h"

namespace rdm {

enum class DistBackend { gloo, nccl };

struct ProcessOptions {
  int64_t rank = 0, world_size = 1;
  int64_t local_rank = 0, local_world_size = 1;  // on this node
  std::string host;                              // where the store is
  int64_t port = 0;
  bool serve = false;  // this process holds the store
  std::string prefix;  // of the store's keys; every attempt of a run has its own
  DistBackend backend = DistBackend::gloo;
  int64_t timeout = 1800;  // seconds that the others may take to join, or to enter a collective

  void read(DictionaryReader& reader) {
    reader.read("rank", rank);
    reader.positive("worldSize", world_size);
    reader.read("localRank", local_rank);
    reader.positive("localWorldSize", local_world_size);
    reader.read("host", host);
    reader.read("port", port);
    reader.read("serve", serve);
    reader.read("prefix", prefix);
    reader.read("backend", backend, {{"gloo", DistBackend::gloo}, {"nccl", DistBackend::nccl}});
    reader.read("timeout", timeout);
  }
};

}  // namespace rdm
