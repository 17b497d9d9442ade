// What a checkpoint records of its run beside the reference's keys: its options and where it
// stands.
#pragma once
#include <cstdint>
#include <optional>

#include "base/plain.h"
#include "options/options.h"
#include "run/run_state.h"

namespace rdm {

// checkpoint_0003.pth.tar at the end of epoch 3, checkpoint_0003-000120.pth.tar after 120 steps of
// it: in the order of the run, also among names.
std::string checkpoint_name(Position next);

// What a run is trained on, as its checkpoints record it.
struct Trained {
  std::string listing;               // listing_hash
  Statistics statistics;             // that pixels are normalised with
  std::vector<std::string> classes;  // that a classifier tells apart; none where none is trained
};

// {command, version, libtorch, listing, statistics, classNames where there are any, state, …the
// options}, with the seed that was in use.
Plain make_record(const char* command, const RunOptions& options, uint64_t seed,
                  const Trained& trained, const RunState& state);

std::string listing_of(const Dataset& dataset);

// What was read back.
struct Record {
  std::string command, listing, data;
  int64_t seed = 0;
  RunState state;
  Plain options;  // the whole dictionary
};

// None in a file of the reference. path: of the file, for messages. Throws bad_checkpoint by the
// key of an entry that cannot be right.
std::optional<Record> read_record(const Plain& record, const std::string& path);

}  // namespace rdm
