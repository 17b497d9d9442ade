// Runs of which others are alike but for one value: CI takes the others, every night takes all.
#pragma once
#include <cstdlib>

namespace rdm::test {

// Whether `npm run test:every` or `npm run test:golden` asks for them.
inline bool every_run() {
  return std::getenv("RDM_TEST_EVERY_RUN") != nullptr;
}

}  // namespace rdm::test
