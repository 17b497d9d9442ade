#include "run/run_state.h"

#include "base/dictionary_reader.h"

namespace rdm {

Plain to_plain(const RunState& state) {
  Plain::List bad_images;
  for (const auto& bad : state.bad_images) {
    bad_images.push_back(
        Plain::Dict{{"image", bad.image}, {"path", bad.path}, {"reason", bad.reason}});
  }
  return Plain::Dict{{"step", state.step},
                     {"meters", state.meters},
                     {"badImages", std::move(bad_images)},
                     {"badImagesReported", state.bad_images_reported},
                     {"rollbacks", state.rollbacks}};
}

RunState recorded_state(const Plain& record) {
  RunState state;
  const auto* recorded = record.find("state");
  if (!recorded) return state;
  DictionaryReader reader(*recorded);
  reader.read("step", state.step);
  state.meters = *recorded->find("meters");
  for (const auto& entry : reader.list("badImages")) {
    DictionaryReader image(entry);
    auto& bad = state.bad_images.emplace_back();
    image.read("image", bad.image);
    image.read("path", bad.path);
    image.read("reason", bad.reason);
  }
  reader.read("badImagesReported", state.bad_images_reported);
  reader.read("rollbacks", state.rollbacks);
  return state;
}

}  // namespace rdm
