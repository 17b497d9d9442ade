#include <unistd.h>

#include <filesystem>
#include <thread>

#include "data/datasets/synthetic.h"
#include "parts.h"
#include "tools/hash_tensors.h"
#include "train/pretrain.h"

namespace rdm::device_check {
namespace {

namespace fs = std::filesystem;

// A folder that goes with its owner.
struct Folder {
  Folder() : path(fs::temp_directory_path() / ("rdm-gpu-check-" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::string at(const std::string& name) const { return (path / name).string(); }
  fs::path path;
};

PretrainOptions run_options(const Where& where, const std::string& network, int64_t size,
                            int64_t batch, const std::string& images) {
  auto options = network_options(network, size, batch);
  options.data = {images};
  options.workers = std::max<int64_t>(2, std::thread::hardware_concurrency() - 1);
  options.max_image_pixels = 1 << 24;
  options.val_batch_size = batch;
  options.val_resize = size;
  options.record = Plain::Dict{{"seed", Plain()}, {"data", images}};
  options.device = where.name;
  options.rank_every = 1000;
  for (auto& view : options.views) view.size = size;
  return options;
}

std::string hashes(const std::string& checkpoint) {
  return to_text(hash_tensors(checkpoint));
}

}  // namespace

Answer resume(const Where& where) {
  const Folder folder;
  const auto images = folder.at("images");
  const int64_t batch = where.small ? 8 : 64;
  synthesize(images, {.train_per_class = batch / 2, .val_per_class = 1, .size = 40});
  auto options = run_options(where, "resnet18", 32, batch, images);
  options.print_freq = 100;
  options.seed = 1;
  const auto trained = [&](PretrainOptions one, const std::string& name) {
    one.output = folder.at(name);
    return pretrain(one, [](const Event&) {}, {}).checkpoint;
  };
  const auto whole = hashes(trained(options, "whole"));
  const bool again = hashes(trained(options, "again")) == whole;
  auto part = options, rest = options;
  part.max_steps = 3;
  rest.resume = trained(part, "part");
  const bool resumed = hashes(trained(rest, "rest")) == whole;
  return {{"ok", again && resumed}, {"sameTwice", again}, {"sameAfterResume", resumed}};
}

Answer feed(const Where& where) {
  const Folder folder;
  const auto images = folder.at("images");
  const int64_t batch = where.small ? 8 : 256;
  synthesize(
      images,
      {.train_per_class = batch * 4 / 10 + 1, .val_per_class = 1, .size = where.small ? 40 : 256});
  auto options = run_options(where, where.small ? "resnet18" : "resnet50", where.small ? 32 : 224,
                             batch, images);
  options.output = folder.at("run");
  options.epochs = where.small ? 2 : 4;
  options.precision = Precision::bf16;
  options.print_freq = 3;
  EpochEvent epoch;
  StepEvent step;
  pretrain(options,
           [&](const Event& event) {
             if (const auto* found = std::get_if<EpochEvent>(&event)) epoch = *found;
             if (const auto* found = std::get_if<StepEvent>(&event)) step = *found;
           },
           {});
  return {{"network", options.arch},
          {"images", batch},
          {"workers", options.workers},
          {"imagesPerSecond", epoch.images_per_second},
          {"stepMilliseconds", 1e3 * step.batch_seconds.value},
          {"waitsForDataPercent", 100 * step.data_seconds.value / step.batch_seconds.value}};
}

}  // namespace rdm::device_check
