// Which checkpoint a run goes on from, and whether it is one of this run.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "checkpoint/checkpoint.h"
#include "options/options.h"
#include "run/record.h"

namespace rdm {

struct Resumed {
  std::string path;
  Checkpoint checkpoint;
  std::optional<Record> record;  // none in a file of the reference
};

Resumed read_resumed(const std::string& path);

// The one that options.resume names, or with `auto` the furthest of the output folder that is what
// its manifest says: one that is not is passed over with a warning. Nothing where there is none.
// Errors (bad_checkpoint): load_checkpoint's; a named one is of another architecture.
std::optional<Resumed> load_resumed(const char* command, const RunOptions& options,
                                    const Sink& sink);

// --seed, or where it is left out the seed of the run that is resumed.
std::optional<int64_t> chosen_seed(const RunOptions& options,
                                   const std::optional<Resumed>& resumed);

// Where the options differ from those that a checkpoint records, by flag: '--sigma 1 there, 2
// here'. Left out is what does not change a result (options.may_differ). The data are the same
// where their listing is, wherever they lie.
std::vector<std::string> differences(const Record& recorded, const char* command,
                                     const RunOptions& options, const std::string& listing);

// Throws bad_checkpoint with the differences where options.resume is `auto`; warns of them where
// the checkpoint was named, or --resume-anyway was given.
void check_configuration(const std::vector<std::string>& differences, const std::string& path,
                         const RunOptions& options, const Sink& sink);

}  // namespace rdm
