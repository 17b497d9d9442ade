// How fast the loader is: one line of JSON a measurement. Driven by scripts/bench/data.mjs.
//
//   rdm_bench_data loader DIR AUGMENTATION THREADS SECONDS exact|fast
//   rdm_bench_data read PLACE SECONDS           the images' bytes alone, in the order of epochs
//   rdm_bench_data difference DIR AUGMENTATION   mean grey levels between exact and fast
//   rdm_bench_data memory DIR EPOCHS             resident memory after every tenth epoch
//   rdm_bench_data kernels DIR                   each part by itself, on one core
//
// AUGMENTATION is simsiam, lincls, val or cifar.
#include <time.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "data/codecs/codec.h"
#include "data/datasets/image_folder.h"
#include "data/datasets/place.h"
#include "data/loading/loader.h"
#include "data/pixels/blur.h"
#include "data/pixels/color.h"
#include "data/pixels/view.h"
#include "data/process.h"

using namespace rdm;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Of this thread, so that a busy machine does not spoil the figures of the parts.
double cpu_seconds(clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

LoaderOptions with_augmentation(const std::string& name) {
  LoaderOptions options;
  const RandomView simsiam;
  RandomView lincls{.min_scale = 0.08, .jitter_p = 0, .grayscale_p = 0, .blur_p = 0};
  RandomView cifar{
      .size = 32, .min_scale = 0.08, .interpolation = Interpolation::bicubic, .blur_p = 0};
  if (name == "simsiam")
    options.augmentation = std::vector{simsiam, simsiam};
  else if (name == "lincls")
    options.augmentation = std::vector{lincls};
  else if (name == "cifar")
    options.augmentation = std::vector{cifar, cifar};
  else
    options.augmentation = CentreView{};
  return options;
}

void measure_loader(const std::string& dir, const std::string& name, int threads, double seconds,
                    Decode decode) {
  LoaderOptions options = with_augmentation(name);
  options.batch_size = name == "cifar" ? 256 : 50;
  options.workers = threads;
  options.decode = decode;
  Loader loader(image_folder(dir, "train"), options);
  int64_t images = 0, epoch = 0;
  const auto run = [&](double limit) {
    images = 0;
    const auto begin = Clock::now();
    while (seconds_since(begin) < limit) {
      loader.start(epoch++);
      while (seconds_since(begin) < limit) {
        const auto batch = loader.next();
        if (!batch) break;
        images += batch->size();
      }
    }
    return seconds_since(begin);
  };
  run(seconds * 0.2);  // warms the file cache and the memory
  const LoaderTimes before = loader.times();
  const double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  const double taken = run(seconds);
  const double used = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  const LoaderTimes after = loader.times();
  std::printf(
      "{\"augmentation\":\"%s\",\"threads\":%d,\"imagesPerSecond\":%.1f,"
      "\"cpuMillisecondsPerImage\":%.3f,"
      "\"decodeSeconds\":%.2f,"
      "\"augmentSeconds\":%.2f,\"consumerSeconds\":%.2f,\"seconds\":%.2f}\n",
      name.c_str(), threads, static_cast<double>(images) / taken,
      1e3 * used / static_cast<double>(images), after.decode - before.decode,
      after.augment - before.augment, after.consumer - before.consumer, taken);
}

void measure_reading(const std::string& place, double seconds) {
  const Dataset dataset = open_dataset(place, "train");
  std::string bytes;
  int64_t images = 0, read = 0;
  const auto begin = Clock::now();
  for (int64_t epoch = 0; seconds_since(begin) < seconds; ++epoch) {
    for (const int64_t index : epoch_order(dataset.size(), 0, epoch, /*shuffle=*/true)) {
      const auto& sample = dataset.samples[index];
      if (sample.shard == kNoShard)
        read_file(sample.path, size_t{1} << 30, bytes);
      else
        dataset.shards->read(sample.shard, sample.offset, sample.bytes, bytes);
      read += static_cast<int64_t>(bytes.size());
      ++images;
    }
  }
  const double taken = seconds_since(begin);
  std::printf("{\"imagesPerSecond\":%.1f,\"megabytesPerSecond\":%.1f}\n",
              static_cast<double>(images) / taken, 1e-6 * static_cast<double>(read) / taken);
}

void measure_difference(const std::string& dir, const std::string& name) {
  LoaderOptions options = with_augmentation(name);
  options.batch_size = 20;
  const Dataset dataset = image_folder(dir, "train");
  Loader exact(dataset, options);
  options.decode = Decode::fast;
  Loader fast(dataset, options);
  exact.start(0);
  fast.start(0);
  double sum = 0;
  int64_t values = 0;
  while (const auto a = exact.next()) {
    const auto b = fast.next();
    for (int v = 0; v < a->views(); ++v) {
      const int64_t count = a->size() * a->image_size(v) * a->image_size(v) * 3;
      for (int64_t i = 0; i < count; ++i) {
        sum += std::abs(a->view(v)[i] - b->view(v)[i]) * options.statistics.std[i % 3] * 255;
      }
      values += count;
    }
  }
  std::printf("{\"augmentation\":\"%s\",\"meanDifference\":%.4f}\n", name.c_str(),
              sum / static_cast<double>(values));
}

void measure_memory(const std::string& dir, int64_t epochs) {
  LoaderOptions options = with_augmentation("simsiam");
  options.batch_size = 50;
  options.workers = 2;
  Loader loader(image_folder(dir, "train"), options);
  std::printf("{\"memoryMegabytes\":[");
  for (int64_t epoch = 1; epoch <= epochs; ++epoch) {
    loader.start(epoch);
    while (loader.next()) {
    }
    if (epoch % 10 == 0) {
      std::printf("%s%.1f", epoch > 10 ? "," : "", static_cast<double>(test::memory()) / (1 << 20));
    }
  }
  std::printf("]}\n");
}

void report(const char* what, double seconds, int64_t count) {
  std::printf("{\"kernel\":\"%s\",\"milliseconds\":%.4f}\n", what,
              1e3 * seconds / static_cast<double>(count));
}

void measure_kernels(const std::string& dir) {
  const Dataset dataset = image_folder(dir, "train");
  Decoder decoder(1'000'000'000);
  Workspace workspace;
  const RandomView view;
  std::vector<float> out(view.size * view.size * 3);
  double decoding = 0, resizing = 0;
  Image image;
  for (const auto& sample : dataset.samples) {
    double begin = cpu_seconds();
    const Extent extent = decoder.open(sample.path);
    const Pixels pixels = decoder.decode({0, 0, extent.width, extent.height}).pixels;
    decoding += cpu_seconds() - begin;
    Stream stream(1, 2, 3, 4);
    const Draw drawn = draw(view, extent.width, extent.height, stream);
    begin = cpu_seconds();
    resize(pixels, plan_crop(drawn.crop, view.size, view.interpolation), workspace.resize,
           workspace.view);
    resizing += cpu_seconds() - begin;
  }
  report("decode", decoding, dataset.size());
  report("resize", resizing, dataset.size());
  Planes& planes = workspace.view;
  const auto time = [&](const char* what, const std::function<void()>& work) {
    constexpr int kRounds = 300;
    work();
    const double begin = cpu_seconds();
    for (int i = 0; i < kRounds; ++i) work();
    report(what, cpu_seconds() - begin, kRounds);
  };
  time("brightness", [&] { adjust_brightness(planes, 1.1f); });
  time("contrast", [&] { adjust_contrast(planes, 0.9f); });
  time("saturation", [&] { adjust_saturation(planes, 1.1f); });
  time("hue", [&] { adjust_hue(planes, 0.05); });
  time("blur 0.5", [&] { gaussian_blur(planes, 0.5f, workspace.blur); });
  time("blur 1.5", [&] { gaussian_blur(planes, 1.5f, workspace.blur); });
  time("normalise", [&] { normalise(planes, /*flip=*/false, {}, out.data()); });
  time("normalise flipped", [&] { normalise(planes, /*flip=*/true, {}, out.data()); });
  time("solarize", [&] { solarize(planes); });
  time("equalize", [&] { equalize(planes); });
  time("grayscale", [&] { grayscale(planes); });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "loader" && argc == 7) {
      measure_loader(argv[2], argv[3], std::atoi(argv[4]), std::atof(argv[5]),
                     std::string(argv[6]) == "fast" ? Decode::fast : Decode::exact);
    } else if (what == "read" && argc == 4) {
      measure_reading(argv[2], std::atof(argv[3]));
    } else if (what == "difference" && argc == 4) {
      measure_difference(argv[2], argv[3]);
    } else if (what == "memory" && argc == 4) {
      measure_memory(argv[2], std::atoll(argv[3]));
    } else if (what == "kernels" && argc == 3) {
      measure_kernels(argv[2]);
    } else {
      std::fprintf(stderr, "usage: rdm_bench_data loader|read|difference|memory|kernels DIR …\n");
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rdm_bench_data: %s\n", error.what());
    return 1;
  }
}
