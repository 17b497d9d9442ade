// What a run stands on before it has data and a network.
#pragma once
#include <torch/types.h>

#include <optional>
#include <stop_token>

#include "base/event.h"
#include "distributed/group.h"
#include "options/options.h"
#include "run/resume.h"
#include "run/run_state.h"

namespace rdm {

struct Setup {
  const char* command;  // as checkpoints record it
  const RunOptions& options;
  const Sink& sink;
  std::stop_token stop;
  Group* group;
  torch::Device device;
  std::optional<Resumed> resumed;  // the checkpoint that the run goes on from
  uint64_t seed;                   // the one in use
};

// Reads the checkpoint, and seeds everything. What is referred to has to outlive the run.
Setup set_up(const char* command, const RunOptions& options, const Sink& sink, std::stop_token stop,
             Group* group);

// What a run says of itself before its first step. steps: of an epoch; own: what only this command
// has to say.
void announce(const Setup& setup, Position start, int64_t steps, const Dataset* train,
              const Dataset* val, Plain::Dict own);

}  // namespace rdm
