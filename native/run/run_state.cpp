#include "run/run_state.h"

#include <algorithm>
#include <limits>

namespace rdm {
namespace {

constexpr int64_t kMost = int64_t{1} << 53;  // whole numbers that a double holds
constexpr double kSeconds = 1e9;             // some thirty years
constexpr double kAnyReal = std::numeric_limits<double>::max();

Plain to_plain(const Metered& metered) {
  return Plain::Dict{{"images", metered.images},
                     {"steps", metered.steps},
                     {"seconds", metered.seconds},
                     {"batchSeconds", metered.batch_seconds},
                     {"dataSeconds", metered.data_seconds},
                     {"sums", Plain::List(metered.sums.begin(), metered.sums.end())}};
}

// Of the first `steps` of an epoch.
Metered read_metered(const EntryReader& reader, int64_t steps) {
  Metered metered;
  metered.images = reader.whole("images", 1, kMost);
  metered.steps = reader.whole("steps", 1, steps);
  metered.seconds = reader.number("seconds", 0, kSeconds);
  metered.batch_seconds = reader.number("batchSeconds", 0, kSeconds);
  metered.data_seconds = reader.number("dataSeconds", 0, kSeconds);
  const auto sums = reader.numbers("sums", metered.sums.size(), -kAnyReal, kAnyReal);
  std::copy(sums.begin(), sums.end(), metered.sums.begin());
  return metered;
}

Plain start_to_plain(const std::optional<Representation>& start) {
  if (!start) return {};
  return Plain::Dict{{"images", start->images},
                     {"effectiveRank", start->effective_rank},
                     {"effectiveRankSquared", start->effective_rank_squared},
                     {"top1", start->top1}};
}

Representation read_start(const EntryReader& reader) {
  return {reader.whole("images", 1, kMost), reader.number("effectiveRank", 0, kAnyReal),
          reader.number("effectiveRankSquared", 0, kAnyReal), reader.number("top1", -1, 100)};
}

}  // namespace

Plain to_plain(const RunState& state) {
  Plain::List bad_images;
  for (const auto& bad : state.bad_images) {
    bad_images.push_back(
        Plain::Dict{{"image", bad.image}, {"path", bad.path}, {"reason", bad.reason}});
  }
  return Plain::Dict{{"step", state.step},
                     {"meters", state.metered ? to_plain(*state.metered) : Plain()},
                     {"badImages", std::move(bad_images)},
                     {"badImagesReported", state.bad_images_reported},
                     {"rollbacks", state.rollbacks},
                     {"start", start_to_plain(state.start)}};
}

RunState read_state(const EntryReader& reader) {
  RunState state;
  state.step = reader.whole("step", 0, kMost);
  if (!reader.is_null("meters")) {
    state.metered = read_metered(reader.inside("meters"), state.step);
  }
  const auto bad_images = reader.dictionaries("badImages");
  for (const auto& image : bad_images) {
    state.bad_images.push_back(
        {image.whole("image", 0, kMost), image.text("path"), image.text("reason")});
  }
  const auto known = static_cast<int64_t>(bad_images.size());
  state.bad_images_reported = reader.whole("badImagesReported", 0, known);
  state.rollbacks = reader.whole("rollbacks", 0, kMostRollbacks);
  // Those that were written earlier have no such entry.
  if (reader.has("start") && !reader.is_null("start")) {
    state.start = read_start(reader.inside("start"));
  }
  return state;
}

}  // namespace rdm
