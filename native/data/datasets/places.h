// Several places as one dataset.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/plain.h"
#include "data/datasets/dataset.h"

namespace rdm {

using Places = std::vector<std::string>;

// A text or a list of texts, as options and records have places; nothing for another value.
std::optional<Places> places_in(const Plain& value);

// Whether one of them has this split.
bool has_split(const Places& places, const std::string& split);

// Opens the split train of every place, or the split val of those that have one, one after another.
// Classes are joined by their names; where one place has no labels, none has. `options` choose from
// all of them. Throws bad_data as open_dataset does, for an image that two of them have, and for
// CIFAR or STL-10 beside others.
Dataset open_places(const Places& places, const std::string& split,
                    const DatasetOptions& options = {});

// The images that a trained network is looked at with: of each place the split val, or all where it
// has no splits.
Dataset open_shown(const Places& places, const DatasetOptions& options = {});

// What there is to tell of its places, such as shards that changed since they were indexed.
std::vector<std::string> notes_of(const Dataset& dataset);

// [{place, layout, images}], in the order of the images.
Plain::List sources_of(const Dataset& dataset);

}  // namespace rdm
