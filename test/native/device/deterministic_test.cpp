// What --seed sets in LibTorch and below it.
#include <ATen/Context.h>

#include <cstdlib>
#include <string>

#include "check.h"
#include "device/device.h"

using namespace rdm;

TEST_CASE("a seed makes cuDNN and cuBLAS deterministic, and leaves a chosen workspace alone") {
  constexpr auto kWorkspace = "CUBLAS_WORKSPACE_CONFIG";
  ::unsetenv(kWorkspace);
  make_deterministic(false);
  CHECK(std::getenv(kWorkspace) == nullptr);
  CHECK(at::globalContext().benchmarkCuDNN());
  make_deterministic(true);
  CHECK(std::getenv(kWorkspace) == std::string(":4096:8"));
  CHECK(at::globalContext().deterministicCuDNN());
  CHECK(!at::globalContext().benchmarkCuDNN());
  ::setenv(kWorkspace, ":16:8", /*replace=*/1);
  make_deterministic(true);
  CHECK(std::getenv(kWorkspace) == std::string(":16:8"));
  ::unsetenv(kWorkspace);
}
