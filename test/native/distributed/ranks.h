// Several processes of a test: this executable again, once a rank, over loopback.
#pragma once
#include <string>

#include "distributed/group.h"

namespace rdm::test {

// Runs a test case marked skip() in `ranks` processes; returns what each ended with, by rank.
std::vector<int> run_ranks(int64_t ranks, const std::string& test_case);

// What such a case was told.
ProcessOptions own_rank();

int64_t free_port();

}  // namespace rdm::test
