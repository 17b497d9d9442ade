// What a run is told, complete: TypeScript has resolved every default. The dictionaries' keys are
// the fields in camelCase; a missing, unknown or wrongly typed key is refused (Code::usage).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/plain.h"
#include "data/loader.h"
#include "data/named.h"
#include "methods/options.h"
#include "optim/schedule.h"

namespace rdm {

enum class Precision { fp32, bf16, fp16 };

const char* name_of(Precision precision);

// Flags that both programs of the reference have.
struct RunOptions {
  Plain record;  // the dictionary these came from, kept in checkpoints
  std::string data;
  NamedDataset dataset = NamedDataset::custom;
  std::string output;
  std::string arch;
  Stem stem;
  int64_t epochs = 0;
  int64_t start_epoch = 0;
  int64_t batch_size = 0;
  double lr = 0;  // per 256 images
  double momentum = 0;
  double weight_decay = 0;
  Schedule schedule;  // its shape; the run's lengths are filled in where it starts
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
  int64_t val_batch_size = 0;
  int64_t val_resize = 0;  // pixels, the shorter side
  int64_t val_images_per_class = 0;
};

struct PretrainOptions : RunOptions {
  MethodOptions method;
  std::array<RandomView, 2> views;
  std::optional<double> lars_eta;  // none: SGD
  int64_t accumulate = 1;          // batches to an update
  bool online_classifier = false, momentum_classifier = false;
  double classifier_lr = 0;  // per 256 images
};

struct LinclsOptions : RunOptions {
  std::string pretrained;
  bool lars = false;
  bool evaluate = false;
};

PretrainOptions pretrain_options(const Plain& dictionary);
LinclsOptions lincls_options(const Plain& dictionary);

}  // namespace rdm
