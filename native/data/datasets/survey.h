// What a dataset holds, and which of its images are broken.
#pragma once
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/plain.h"
#include "data/datasets/places.h"

namespace rdm {

// {root, layout, splits: {train: {places, images, classes, smallestClass, largestClass,
// emptyClasses,
//  onlyHere, ignoredFiles, notes, listing, widths, heights}, val: …}}. Classes are counted; the
//  smallest
// and the largest are {name, images}, or null without labels; `onlyHere` names the classes that the
// other split lacks; `ignoredFiles` counts files that are no images by their extensions; widths and
// heights are {least, mean, most} over at most a thousand images, evenly spread. Throws bad_data
// where there is no train split.
Plain dataset_info(const Places& places);

struct CheckOptions {
  int workers = 1;
  int64_t max_image_pixels = 178'956'970;
  std::stop_token stop;
  // Called now and then from the calling thread with the number of images done and of all.
  std::function<void(int64_t done, int64_t total)> progress;
};

// Decodes every image of every split: {root, images, stopped, bad: [{path, reason}]}, in the order
// of the listing.
Plain check_dataset(const Places& places, const CheckOptions& options);

}  // namespace rdm
