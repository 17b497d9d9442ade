// Both branches through the lens while a run goes on: --lens-every.
#pragma once
#include <optional>
#include <stop_token>

#include "base/event.h"
#include "data/loading/loader.h"
#include "distributed/group.h"
#include "methods/method.h"
#include "options/options.h"

namespace rdm {

class LensMonitor {
 public:
  // Looks at 2,048 of the images, evenly spaced; in a group, each rank at its share of them.
  LensMonitor(const PretrainOptions& options, Method& method, const Dataset& images,
              torch::Device device, Group* group);

  // The method is in eval mode. Nothing where it was stopped on the way. Throws not_finite where an
  // output is no number.
  std::optional<LensEvent> run(int64_t epoch, const std::stop_token& stop);

  void report_bad_images(const Sink& sink);

 private:
  const PretrainOptions& options_;
  Method& method_;
  torch::Device device_;
  Group* group_;
  Loader images_;
  size_t bad_images_ = 0;  // reported so far
};

}  // namespace rdm
