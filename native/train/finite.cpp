#include "train/finite.h"

#include <cmath>

#include "base/error.h"

namespace rdm {

void check_finite(double loss, int64_t epoch, int64_t step, double lr,
                  const std::string& last_checkpoint) {
  if (std::isfinite(loss)) return;
  const auto left = last_checkpoint.empty()
                        ? std::string("no checkpoint had been written yet")
                        : message("the last checkpoint, ", last_checkpoint, ", is intact");
  throw Error(Code::not_finite,
              message("the loss is ", loss, " at epoch ", epoch, ", step ", step,
                      " (learning rate ", lr, ")"),
              message(left, "; try a lower --lr, or --precision fp32"));
}

}  // namespace rdm
