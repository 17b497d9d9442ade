// What a run is told, complete: TypeScript has resolved every default. The dictionaries' keys are
// the fields in camelCase; a missing, unknown or wrongly typed key is refused (Code::usage).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/plain.h"
#include "data/loader.h"
#include "spectral/spec.h"

namespace rdm {

enum class Precision { fp32, bf16 };

// Flags that both programs of the reference have.
struct RunOptions {
  Plain record;  // the dictionary these came from, kept in checkpoints
  std::string data;
  std::string output;
  std::string arch;
  int64_t epochs = 0;
  int64_t start_epoch = 0;
  int64_t batch_size = 0;
  double lr = 0;  // per 256 images
  double momentum = 0;
  double weight_decay = 0;
  int64_t workers = 0;
  std::optional<int64_t> seed;
  int64_t print_freq = 0;
  std::string resume;  // a checkpoint to continue, or empty
  std::string device;  // auto, cpu, cuda
  std::optional<int64_t> gpu;
  Precision precision = Precision::fp32;
  int64_t crop_size = 0;         // pixels
  int64_t images_per_class = 0;  // 0: all
  std::string classes;           // a file with the classes to take, or empty
  Decode decode = Decode::exact;
  OnBadImage on_bad_image = OnBadImage::skip;
  int64_t max_image_pixels = 0;
};

struct PretrainOptions : RunOptions {
  int64_t dim = 0;
  int64_t pred_dim = 0;
  bool fix_pred_lr = false;
  std::optional<FilterSpec> filter;  // none: the learnable predictor (mlp)
};

struct LinclsOptions : RunOptions {
  std::string pretrained;
  bool lars = false;
  bool evaluate = false;
  int64_t val_batch_size = 0;
  int64_t val_resize = 0;  // pixels, the shorter side
  int64_t val_images_per_class = 0;
};

PretrainOptions pretrain_options(const Plain& dictionary);
LinclsOptions lincls_options(const Plain& dictionary);

}  // namespace rdm
