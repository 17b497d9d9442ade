// A frozen backbone runs in pieces.
#include "models/linear_probe.h"

#include <fstream>

#include "check.h"

using namespace rdm;

namespace {

LinearProbe frozen() {
  torch::manual_seed(1);
  LinearProbe probe(classifying_network({.arch = "resnet18"}, /*classes=*/3));
  probe.freeze();
  return probe;
}

// A line of /proc/self/status, in bytes.
double status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    double kilobytes = 0;
    if (word == name && file >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

// By how much the process grows over what it has, at its height.
double growth(const std::function<void()>& work) {
  std::ofstream("/proc/self/clear_refs") << "5";  // the height begins anew
  const double before = status("VmRSS:");
  work();
  return status("VmHWM:") - before;
}

}  // namespace

TEST_CASE("a piece has at most the pixels of 64 images of 224, and one image at least") {
  CHECK(piece_of(224) == 64);
  CHECK(piece_of(32) == 3136);
  CHECK(piece_of(300) == 25);
  CHECK(piece_of(int64_t{1} << 32) == 1);
}

TEST_CASE("the features of a batch are those of its pieces, whole or not") {
  auto probe = frozen();
  const int64_t piece = piece_of(600);
  REQUIRE(piece == 4);
  const auto images = torch::randn({2 * piece + 3, 3, 600, 600});
  const auto features = probe.features(images);
  CHECK(features.sizes() == torch::IntArrayRef{2 * piece + 3, 512});
  CHECK(!features.requires_grad());
  const torch::NoGradGuard no_grad;
  // Rounding of float32: the sums of a convolution may be taken in another order.
  CHECK(torch::allclose(features, probe.network()->features(images), 1e-5, 1e-6));
}

TEST_CASE("what a frozen forward takes of memory does not grow with the batch") {
  if (status("VmHWM:") == 0) return;  // no Linux
  auto probe = frozen();
  const auto image = torch::randn({1, 3, 600, 600});
  const int64_t piece = piece_of(600);
  const auto run = [&](int64_t images) {
    return growth([&] { probe.forward(image.expand({images, 3, 600, 600})); });
  };
  run(piece);  // the threads' own memory
  const double one = run(piece), five = run(5 * piece);
  CHECK(five < 2 * one + 50e6);  // at once it would be five times as much
}
