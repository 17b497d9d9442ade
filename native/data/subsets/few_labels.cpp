#include "data/subsets/few_labels.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/printable.h"
#include "base/random.h"

namespace rdm {

Dataset take_labels(Dataset dataset, const FewLabels& few) {
  if (few.all()) return dataset;
  refuse_choice_by_class(dataset, few.per_class > 0 ? "--labels-per-class" : "--label-fraction");
  using Keyed = std::pair<uint64_t, int64_t>;  // a random number of the image, and the image
  std::vector<std::vector<Keyed>> classes(dataset.classes.size());
  for (int64_t image = 0; image < dataset.size(); ++image) {
    Stream stream(few.seed, 0, static_cast<uint64_t>(image), 0);
    classes[static_cast<size_t>(dataset.samples[image].label)].emplace_back(stream.bits(), image);
  }
  std::vector<int64_t> images;
  for (size_t c = 0; c < classes.size(); ++c) {
    auto& drawn = classes[c];
    const auto all = static_cast<int64_t>(drawn.size());
    if (few.per_class > all) {
      throw Error(Code::bad_data,
                  message("the class ", printable(dataset.classes[c]), " has ", all,
                          " training images, and --labels-per-class asks for ", few.per_class),
                  "a smaller number, or --classes with those that have enough");
    }
    const auto share = std::llround(few.fraction * static_cast<double>(all));
    const int64_t count = few.per_class > 0 ? few.per_class : std::max<int64_t>(share, 1);
    std::sort(drawn.begin(), drawn.end());
    for (int64_t i = 0; i < std::min(count, all); ++i) images.push_back(drawn[i].second);
  }
  std::sort(images.begin(), images.end());
  keep(dataset, images);
  return dataset;
}

}  // namespace rdm
