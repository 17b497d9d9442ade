#include "data/datasets/cifar.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "data/datasets/reference_datasets.h"
#include "pickle/pickle.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSide = 32, kPlane = kSide * kSide, kImage = 3 * kPlane;

// The contents of one file.
struct Batch {
  std::string path;
  std::string pixels;           // (images, 3, 32, 32)
  std::vector<int64_t> labels;  // (images)
};

constexpr size_t kMaxFileBytes = size_t{1} << 30;  // five times the longest of CIFAR's files

std::string read(const std::string& path) {
  std::string bytes;
  try {
    read_file(path, kMaxFileBytes, bytes);
  } catch (const std::runtime_error& error) {
    refuse_published(path, error.what());
  }
  return bytes;
}

Batch read_binary(const std::string& path, bool hundred) {
  const std::string bytes = read(path);
  const int64_t header = hundred ? 2 : 1,
                record = header + kImage;  // coarse and fine, or one label
  const auto size = static_cast<int64_t>(bytes.size());
  if (size == 0 || size % record != 0) {
    refuse_published(path, message("its length is not a multiple of ", record, " bytes"));
  }
  Batch batch{path, {}, {}};
  for (int64_t at = 0; at < size; at += record) {
    batch.labels.push_back(static_cast<uint8_t>(bytes[at + header - 1]));
    batch.pixels.append(bytes, at + header, kImage);
  }
  return batch;
}

bool is_array_global(std::string_view name) {
  return name == "numpy.core.multiarray._reconstruct" ||
         name == "numpy._core.multiarray._reconstruct" || name == "numpy.ndarray" ||
         name == "numpy.dtype";
}

// The bytes of a pickled numpy array of uint8, (images, 3072); nullptr if it is something else.
// numpy pickles an array's state as (version, shape, dtype, Fortran order, bytes).
const std::string* array_bytes(const pickle::Value& value, size_t images) {
  const auto* object = value.get_if<pickle::Object>();
  const auto* state = object && object->state ? object->state->sequence() : nullptr;
  if (!state || state->size() != 5) return nullptr;
  const auto* shape = (*state)[1]->sequence();
  const auto* dtype = (*state)[2]->call_of("numpy.dtype");
  const auto is = [](pickle::Ref ref, int64_t expected) {
    const auto* number = ref->get_if<int64_t>();
    return number && *number == expected;
  };
  if (!shape || shape->size() != 2 || !is((*shape)[0], static_cast<int64_t>(images)) ||
      !is((*shape)[1], kImage)) {
    return nullptr;
  }
  const auto* kind = dtype && !dtype->empty() ? (*dtype)[0]->get_if<std::string>() : nullptr;
  const auto* fortran = (*state)[3]->get_if<bool>();
  if (!kind || *kind != "u1" || !fortran || *fortran) return nullptr;
  const auto* text = (*state)[4]->get_if<std::string>();
  if (const auto* bytes = (*state)[4]->get_if<pickle::Bytes>()) text = &bytes->data;
  return text && text->size() == images * kImage ? text : nullptr;
}

pickle::Document parse(const std::string& path) {
  try {
    return pickle::parse(read(path), is_array_global);
  } catch (const pickle::Malformed& error) {
    refuse_published(path, error.what());
  }
}

Batch read_pickle(const std::string& path, bool hundred) {
  const pickle::Document document = parse(path);
  const char* key = hundred ? "fine_labels" : "labels";
  const pickle::Ref labels = document.root->find(key), data = document.root->find("data");
  const auto* items = labels ? labels->sequence() : nullptr;
  if (!items || items->empty()) refuse_published(path, message("it has no list `", key, "`"));
  Batch batch{path, {}, {}};
  for (const pickle::Ref item : *items) {
    const auto* label = item->get_if<int64_t>();
    if (!label) refuse_published(path, "a label is not a whole number");
    batch.labels.push_back(*label);
  }
  const std::string* bytes = data ? array_bytes(*data, items->size()) : nullptr;
  if (!bytes) refuse_published(path, "`data` is not an array of bytes, images by 3072");
  batch.pixels = *bytes;
  return batch;
}

std::vector<std::string> class_names(const CifarFiles& files) {
  std::vector<std::string> names;
  if (files.python) {
    const std::string path = files.folder + (files.hundred ? "/meta" : "/batches.meta");
    const pickle::Document document = parse(path);
    const pickle::Ref list =
        document.root->find(files.hundred ? "fine_label_names" : "label_names");
    const auto* items = list ? list->sequence() : nullptr;
    if (!items || items->empty()) refuse_published(path, "it lists no classes");
    for (const pickle::Ref item : *items) {
      const auto* name = item->get_if<std::string>();
      if (!name) refuse_published(path, "a class is not a string");
      names.push_back(*name);
    }
    return names;
  }
  const char* file = files.hundred ? "/fine_label_names.txt" : "/batches.meta.txt";
  return read_class_list(files.folder + file);
}

std::vector<std::string> batch_names(const CifarFiles& files, bool train) {
  const std::string end = files.python ? "" : ".bin";
  if (files.hundred) return {(train ? "train" : "test") + end};
  if (!train) return {"test_batch" + end};
  std::vector<std::string> names;
  for (int i = 1; i <= 5; ++i) names.push_back("data_batch_" + std::to_string(i) + end);
  return names;
}

void append_interleaved(std::string_view planes, std::vector<uint8_t>& out) {
  for (int64_t i = 0; i < kPlane; ++i) {
    for (int64_t colour = 0; colour < 3; ++colour) {
      out.push_back(static_cast<uint8_t>(planes[colour * kPlane + i]));
    }
  }
}

}  // namespace

std::optional<CifarFiles> find_cifar(const std::string& root) {
  struct Place {
    const char *folder, *first;
    bool hundred, python;
  };
  constexpr std::array<Place, 4> kPlaces{
      {{"cifar-10-batches-bin", "data_batch_1.bin", false, false},
       {"cifar-10-batches-py", "data_batch_1", false, true},
       {"cifar-100-binary", "train.bin", true, false},
       {"cifar-100-python", "train", true, true}}};
  for (const auto& place : kPlaces) {
    for (const fs::path& folder : {fs::path(root), fs::path(root) / place.folder}) {
      std::error_code ignored;
      if (fs::is_regular_file(folder / place.first, ignored)) {
        return CifarFiles{folder.string(), place.hundred, place.python};
      }
    }
  }
  return std::nullopt;
}

Dataset read_cifar(const CifarFiles& files, const std::string& split,
                   const DatasetOptions& options) {
  const std::vector<std::string> names = class_names(files);
  Dataset dataset;
  dataset.root = files.folder;
  dataset.classes = choose_classes(names, options.classes, files.folder);
  dataset.statistics = files.hundred ? kCifar100Statistics : kCifar10Statistics;
  dataset.width = dataset.height = kSide;
  // label_of[i]: the index, among the chosen classes, of the class with the label i in the files;
  // -1 if it was not chosen.
  std::vector<int64_t> label_of(names.size(), -1);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = std::lower_bound(dataset.classes.begin(), dataset.classes.end(), names[i]);
    if (found != dataset.classes.end() && *found == names[i])
      label_of[i] = found - dataset.classes.begin();
  }
  for (const auto& name : batch_names(files, split == "train")) {
    const std::string path = files.folder + "/" + name;
    const Batch batch =
        files.python ? read_pickle(path, files.hundred) : read_binary(path, files.hundred);
    for (size_t i = 0; i < batch.labels.size(); ++i) {
      const int64_t number = batch.labels[i];
      if (number < 0 || number >= static_cast<int64_t>(names.size())) {
        refuse_published(
            path, message("the label ", number, " of image ", i, " is not one of ", names.size()));
      }
      const int64_t label = label_of[number];
      if (label < 0) continue;
      dataset.samples.push_back({path + ":" + std::to_string(i), label});
      append_interleaved(std::string_view(batch.pixels).substr(i * kImage, kImage), dataset.pixels);
    }
  }
  return dataset;
}

}  // namespace rdm
