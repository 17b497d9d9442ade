// What a run needs of memory, and what is said where that is not there.
#include "train/memory_fit.h"

#include <filesystem>

#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"
#include "models/network_size.h"
#include "train/memory_need.h"

using namespace rdm;
using namespace rdm::test;

namespace {

PretrainOptions simsiam(const std::string& arch = "resnet50", int64_t size = 224) {
  PretrainOptions options;
  options.arch = options.method.arch = arch;
  options.crop_size = size;
  options.batch_size = 512;
  options.val_batch_size = 256;
  return options;
}

LinclsOptions linear(int64_t batch) {
  LinclsOptions options;
  options.arch = "resnet50";
  options.crop_size = 224;
  options.batch_size = batch;
  options.val_batch_size = 256;
  return options;
}

double need(const PretrainOptions& options, int64_t batch, Precision precision = Precision::fp32) {
  return memory_need(options, batch, precision, /*cuda=*/false).host;
}

Demand demand() {
  Demand out;
  out.what = "resnet50 at 224 pixels";
  out.batch = 512;
  out.accumulates = true;
  out.bytes = [](int64_t batch, Precision precision) {
    return static_cast<double>(batch) * (precision == Precision::fp32 ? 100e6 : 50e6);
  };
  return out;
}

constexpr const char* kLimit = "/sys/fs/cgroup/memory.max";

std::vector<std::string> warnings(const Demand& demand, double available) {
  std::vector<std::string> out;
  check_fit(demand, {available, kLimit}, [&](const Event& event) {
    if (const auto* warning = std::get_if<WarningEvent>(&event)) out.push_back(warning->message);
  });
  return out;
}

std::optional<Error> refusal(const Demand& demand, double available) {
  return error_of([&] { warnings(demand, available); });
}

}  // namespace

TEST_CASE("a run needs more with more images, larger ones, more networks and more digits") {
  const auto base = simsiam();
  CHECK(need(base, 64) < need(base, 65));
  CHECK(need(simsiam("resnet50", 192), 64) < need(base, 64));
  CHECK(need(simsiam("resnet18"), 64) < need(base, 64));
  CHECK(need(base, 64, Precision::bf16) < need(base, 64));
  auto byol = base;
  byol.method.name = MethodName::byol;
  CHECK(need(byol, 64) > need(base, 64));
  auto evaluated = base;
  evaluated.knn_every = 1;
  CHECK(need(evaluated, 64) > need(base, 64));
}

TEST_CASE("small crops count in the loader's batches and among what a step keeps") {
  auto options = simsiam("resnet18", 64);
  options.method.name = MethodName::swav;
  const auto at = [&](int64_t batch) {
    return memory_need(options, batch, Precision::fp32, /*cuda=*/true);
  };
  const auto each = [&] {
    return MemoryNeed{at(65).host - at(64).host, at(65).device - at(64).device};
  };
  const auto large = each();
  options.small_crops.assign(6, {.size = 32});
  const auto with_small = each();
  CHECK(with_small.host - large.host == 3 * 6 * 3.0 * 32 * 32 * 4);
  const double small = (with_small.device - large.device) / 6;
  CHECK(small > 0.1 * large.device / 2);  // a quarter of the pixels
  CHECK(small < 0.5 * large.device / 2);
}

TEST_CASE("of linear evaluation only the images grow with the batch") {
  const auto options = linear(4096);
  const auto at = [&](int64_t batch) {
    return memory_need(options, batch, Precision::fp32, /*cuda=*/false).host;
  };
  constexpr double kImage = 3 * 224 * 224 * 4;
  CHECK(at(4096) - at(2048) == 3 * 2048 * kImage);  // the loader's three batches
}

TEST_CASE(
    "fine-tuning needs less than pretraining with two views, and more than a frozen backbone") {
  FinetuneOptions options;
  static_cast<RunOptions&>(options) = simsiam();
  const auto at = [&](int64_t batch, Precision precision) {
    return memory_need(options, batch, precision, /*cuda=*/false).host;
  };
  CHECK(at(256, Precision::fp32) < need(simsiam(), 256));
  CHECK(at(256, Precision::fp32) > memory_need(linear(256), 256, Precision::fp32, false).host);
  CHECK(at(256, Precision::bf16) < at(256, Precision::fp32));
  const double sgd = at(256, Precision::fp32);
  options.adamw = true;  // a second moment, and its copy while it is saved
  CHECK(at(256, Precision::fp32) - sgd ==
        2 * sizeof(float) * size_of(find_architecture("resnet50"), Stem(), 224).parameters);
}

TEST_CASE("on a CUDA device the activations are the device's, the loader's batches the host's") {
  const auto options = simsiam();
  const auto small = memory_need(options, 64, Precision::bf16, /*cuda=*/true);
  const auto large = memory_need(options, 128, Precision::bf16, /*cuda=*/true);
  CHECK(large.host - small.host == 3 * 2 * 64 * 3.0 * 224 * 224 * 4);
  CHECK(large.device - small.device > 10 * (large.host - small.host) / 6);
}

TEST_CASE("what surely does not fit is refused, with the flags that would") {
  const auto error = refusal(demand(), 20e9);  // of 51.2
  REQUIRE(error);
  CHECK(error->code == Code::usage);
  CHECK(error->what() ==
        std::string("resnet50 at 224 pixels, in batches of 512, takes about 51.2 GB of memory, and "
                    "20.0 GB are there (/sys/fs/cgroup/memory.max)"));
  CHECK(error->hint ==
        "-b 128 --accumulate 4 (updates of as many images) would fit; --precision bf16 takes about "
        "25.6 GB");
  auto linear = demand();
  linear.accumulates = linear.can_cast = false;
  CHECK(refusal(linear, 20e9)->hint == "-b 180 would fit");
  auto shared = demand();
  shared.processes = 4;
  CHECK(refusal(shared, 20e9)->hint.starts_with("-b 128 --accumulate 4 "));
  CHECK(refusal(demand(), 50e6)
            ->hint.starts_with("no batch would fit: take a smaller --crop-size or --arch; "));
}

TEST_CASE("what may fit runs: with a warning where it is tight, else without a word") {
  CHECK(warnings(demand(), 100e9).empty());
  CHECK(warnings(demand(), 57e9).empty());  // 90 %
  for (const double available : {56e9, 40e9, 35e9}) {
    const auto told = warnings(demand(), available);
    REQUIRE(told.size() == 1);
    CHECK(contains(told[0], "takes about 51.2 GB of memory, and"));
    CHECK(contains(told[0], " would fit; --precision bf16 takes about 25.6 GB"));
  }
  CHECK(refusal(demand(), 34e9));  // two thirds
}

TEST_CASE("what is there is the least of the machine's memory and the limits of its groups") {
  const ScratchFolder folder;
  const auto put = [&](const std::string& name, const std::string& text) {
    const auto path = folder.file(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    write_bytes(path, text);
  };
  const auto there = [&] { return available_memory(folder.path()); };
  CHECK(!there());
  put("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable: 4000 kB\nSwapFree: 1000 kB\n");
  REQUIRE(there());
  CHECK(there()->bytes == 5000 * 1024.0);
  CHECK(there()->limit == "MemAvailable and SwapFree of /proc/meminfo");

  put("proc/self/cgroup", "0::/user/job\n");
  put("sys/fs/cgroup/user/job/memory.max", "max\n");
  put("sys/fs/cgroup/user/job/memory.current", "100000\n");
  CHECK(there()->bytes == 5000 * 1024.0);
  put("sys/fs/cgroup/user/memory.max", "3000000\n");
  put("sys/fs/cgroup/user/memory.current", "1500000\n");
  put("sys/fs/cgroup/user/memory.stat", "anon 7\ninactive_file 400000\nactive_file 100000\n");
  CHECK(there()->bytes == 2000000);
  CHECK(there()->limit == folder.file("sys/fs/cgroup/user/memory.max"));

  put("proc/self/cgroup", "5:cpu:/x\n4:memory:/docker\n");
  put("sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "900000\n");
  put("sys/fs/cgroup/memory/docker/memory.usage_in_bytes", "300000\n");
  CHECK(there()->bytes == 600000);
}
