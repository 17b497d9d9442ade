// What a run says of the images that it could not read.
#pragma once
#include <string>

#include "base/event.h"
#include "data/loading/loader.h"
#include "distributed/group.h"

namespace rdm {

// Lists the images a loader had to replace in OUTPUT/bad-images-SPLIT.txt (path, tab, reason), and
// warns when there are more of them than `reported`, which it brings up to date. `became` says
// what stands for them. Of several ranks
// each writes its own list, those after the first to bad-images-SPLIT.RANK.txt.
void report_bad_images(const Loader& loader, const std::string& split, const std::string& output,
                       const Sink& sink, size_t& reported, const Group* group,
                       const char* became = "and were replaced by others");

}  // namespace rdm
