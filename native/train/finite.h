// A loss that is not finite ends a run before a checkpoint could be made of it.
#pragma once
#include <cstdint>
#include <string>

namespace rdm {

// Throws Code::not_finite with where it happened and what is left to go on from.
void check_finite(double loss, int64_t epoch, int64_t step, double lr,
                  const std::string& last_checkpoint);

}  // namespace rdm
