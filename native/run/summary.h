// What a run came to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/plain.h"

namespace rdm {

struct Summary {
  bool stopped = false;    // by the user, after saving
  int64_t epoch = 0;       // epochs completed
  int64_t steps = 0;       // optimiser steps taken in this process
  std::string checkpoint;  // the last one written; empty where none was
  std::optional<double> loss;
  std::optional<double> top1, top5, best_top1;  // percent
};

Plain to_plain(const Summary& summary);

}  // namespace rdm
