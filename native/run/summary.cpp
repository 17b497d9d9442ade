#include "run/summary.h"

namespace rdm {
namespace {

Plain plain(const std::optional<double>& value) {
  return value ? Plain(*value) : Plain();
}

}  // namespace

Plain to_plain(const Summary& summary) {
  return Plain::Dict{{"outcome", summary.stopped ? "stopped" : "done"},
                     {"epoch", summary.epoch},
                     {"steps", summary.steps},
                     {"checkpoint", summary.checkpoint.empty() ? Plain() : summary.checkpoint},
                     {"loss", plain(summary.loss)},
                     {"top1", plain(summary.top1)},
                     {"top5", plain(summary.top5)},
                     {"bestTop1", plain(summary.best_top1)}};
}

}  // namespace rdm
