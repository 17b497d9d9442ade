// Why there is no CUDA device, told of machines that are made up.
#include "device/cuda.h"

#include <fstream>
#include <iterator>

#include "check.h"

using namespace rdm;

namespace {

// A CUDA build of LibTorch, a driver of its version, and no device.
CudaFacts bare() {
  CudaFacts facts;
  facts.libtorch = facts.driver = 13000;
  facts.refusal = "CUDA_ERROR_NO_DEVICE";
  return facts;
}

}  // namespace

TEST_CASE("a CPU build of LibTorch is named, and whether a GPU is there all the same") {
  CudaFacts facts;
  CHECK(why_no_cuda(facts).reason == "LibTorch is a CPU build");
  CHECK_FALSE(why_no_cuda(facts).unused);
  facts.node = true;
  CHECK(why_no_cuda(facts).unused);
  facts.node = false;
  facts.driver = 13000;
  facts.devices = 1;
  CHECK(why_no_cuda(facts).unused);
  CHECK(why_no_cuda(facts).advice.starts_with("with a prebuilt addon `npx rdm setup --cuda`; "));
  CHECK(why_no_cuda(facts).advice.find("set LIBTORCH to a CUDA build") != std::string::npos);
}

TEST_CASE("a driver that is missing is named before all devices") {
  auto facts = bare();
  facts.driver.reset();
  facts.visible = "0";
  CHECK(why_no_cuda(facts).reason == "no NVIDIA driver is there: libcuda.so.1");
  CHECK_FALSE(why_no_cuda(facts).unused);
  facts.node = true;
  CHECK(why_no_cuda(facts).unused);
}

TEST_CASE("a driver that is too old is named with both versions; a minor version is no reason") {
  auto facts = bare();
  facts.devices = 1;
  facts.driver = 12040;
  const auto old = why_no_cuda(facts);
  CHECK(old.reason ==
        "the driver is too old: it knows CUDA 12.4, and LibTorch was built for CUDA 13.0");
  CHECK(old.advice == "a newer driver, or a LibTorch for CUDA 12");
  CHECK(old.unused);
  facts.libtorch = 12080;
  CHECK(why_no_cuda(facts).reason == "LibTorch can use none of the 1 device(s) of the driver");
}

TEST_CASE("CUDA_VISIBLE_DEVICES that leaves no device is named; empty, it hides them on purpose") {
  auto facts = bare();
  facts.node = true;
  facts.visible = "7";
  CHECK(why_no_cuda(facts).reason == "CUDA_VISIBLE_DEVICES='7' leaves no device visible");
  CHECK(why_no_cuda(facts).unused);
  for (const auto* hides : {"", "-1"}) {
    facts.visible = hides;
    CHECK_FALSE(why_no_cuda(facts).unused);
  }
  CHECK(why_no_cuda(facts).reason == "CUDA_VISIBLE_DEVICES='-1' leaves no device visible");
}

TEST_CASE("a driver without devices is named in its own words") {
  CHECK(why_no_cuda(bare()).reason == "the driver shows no device: CUDA_ERROR_NO_DEVICE");
  CHECK(why_no_cuda(bare()).advice.starts_with("nvidia-smi -L must list one"));
}

TEST_CASE("of this machine, LibTorch is a CUDA build where its CUDA library is loaded") {
  const auto facts = cuda_facts();
  std::ifstream maps("/proc/self/maps");
  const std::string loaded(std::istreambuf_iterator<char>(maps), {});
  CHECK(facts.libtorch.has_value() == (loaded.find("/libtorch_cuda.so") != std::string::npos));
  CHECK(facts.driver.has_value() == (loaded.find("/libcuda.so") != std::string::npos));
}
