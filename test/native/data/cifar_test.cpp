// CIFAR in its four layouts, and files of it that are wrong.
#include "data/datasets/cifar.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "data/datasets/place.h"
#include "data/scratch.h"
#include "data/subsets/subset.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

const fs::path kFixtures = fs::path(RDM_TEST_IMAGES) / "cifar";

std::string complaint(const fs::path& root, const std::string& split = "train") {
  try {
    open_dataset(root.string(), split);
  } catch (const Error& error) {
    CHECK(error.code == Code::bad_data);
    return error.what();
  }
  return "no error";
}

void overwrite(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("the binary and the Python layout of CIFAR hold the same images") {
  for (const char* name : {"10", "100"}) {
    const bool hundred = std::string(name) == "100";
    const fs::path binary =
        kFixtures / ("cifar-" + std::string(name) + (hundred ? "-binary" : "-batches-bin"));
    const fs::path python =
        kFixtures / ("cifar-" + std::string(name) + (hundred ? "-python" : "-batches-py"));
    for (const char* split : {"train", "val"}) {
      const Dataset a = open_dataset(binary.string(), split),
                    b = open_dataset(python.string(), split);
      CHECK(a.size() == (!hundred && std::string(split) == "train" ? 10 : 2));
      CHECK(a.classes.size() == (hundred ? 100 : 10));
      CHECK(a.classes == b.classes);
      CHECK(a.pixels == b.pixels);
      CHECK(a.pixels.size() == static_cast<size_t>(a.size() * 32 * 32 * 3));
      for (int64_t i = 0; i < a.size(); ++i) CHECK(a.samples[i].label == b.samples[i].label);
    }
  }
}

TEST_CASE("CIFAR's pixels are interleaved, its labels and statistics its own") {
  const fs::path folder = kFixtures / "cifar-10-batches-bin";
  const Dataset dataset = open_dataset(folder.string(), "val");
  std::ifstream in(folder / "test_batch.bin", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  CHECK(dataset.samples[1].label == bytes[3073]);
  CHECK(dataset.samples[1].path == (folder / "test_batch.bin").string() + ":1");
  // Row 2, column 5 of the second image: red, green, blue lie a plane apart.
  for (int colour = 0; colour < 3; ++colour) {
    CHECK(dataset.pixels[3072 + (2 * 32 + 5) * 3 + colour] ==
          static_cast<uint8_t>(bytes[3073 + 1 + colour * 1024 + 2 * 32 + 5]));
  }
  CHECK(dataset.statistics.mean[0] == 0.4914f);
  CHECK(dataset.classes.front() == "airplane");
}

TEST_CASE("CIFAR is found in the folder of its archive; classes and a count choose among it") {
  const Scratch scratch;
  fs::copy(kFixtures / "cifar-100-python", scratch.path / "cifar-100-python");
  const Dataset all = open_dataset(scratch.path.string(), "train");
  const std::string wanted = all.classes[all.samples[1].label];
  const Dataset one = take_subset(
      open_dataset(scratch.path.string(), "train", {.classes = {wanted}}), {.images_per_class = 1});
  CHECK(one.classes == std::vector<std::string>{wanted});
  REQUIRE(one.size() == 1);
  CHECK(one.samples[0].label == 0);
}

TEST_CASE("CIFAR's classes have a name each, which can be printed") {
  const Scratch scratch;
  const fs::path folder = scratch.path / "bin";
  fs::copy(kFixtures / "cifar-10-batches-bin", folder);
  const auto rename = [&](const std::string& names) {
    overwrite(folder / "batches.meta.txt", names);
    return complaint(folder);
  };
  const std::string rest = "c\nd\ne\nf\ng\nh\ni\nj\n";
  CHECK(rename("cat\ncat\n" + rest) == "two classes have the name `cat` in " + folder.string());
  const std::string refusal = "a class name that cannot be shown, or of over 300 bytes, in ";
  CHECK(rename("a\x1b[31m\nb\n" + rest) == refusal + folder.string() + ": a?[31m");
  CHECK(rename(std::string(1'000'000, 'x') + "\nb\n" + rest) ==
        refusal + folder.string() + ": " + std::string(300, 'x') + "…");
  CHECK(rename("a\nb\n" + rest) == "no error");
}

TEST_CASE("a damaged CIFAR file is named, and why") {
  const Scratch scratch;
  const fs::path binary = scratch.path / "bin", python = scratch.path / "py";
  fs::copy(kFixtures / "cifar-10-batches-bin", binary);
  fs::copy(kFixtures / "cifar-10-batches-py", python);
  const auto cannot = [](const fs::path& path, const std::string& reason) {
    return "cannot read " + path.string() + ": " + reason;
  };

  const fs::path bin = binary / "data_batch_2.bin", py = python / "data_batch_2";
  fs::resize_file(bin, 3000);
  CHECK(complaint(binary) == cannot(bin, "its length is not a multiple of 3073 bytes"));
  overwrite(bin, std::string(3073, '\xFF'));
  CHECK(complaint(binary) == cannot(bin, "the label 255 of image 0 is not one of 10"));
  fs::remove(bin);
  CHECK(complaint(binary) == cannot(bin, "No such file or directory"));

  fs::resize_file(py, 3000);
  CHECK(complaint(python).starts_with(cannot(py, "")));
  overwrite(py, "(dp0\nS'labels'\np1\n(lp2\nI1\nas.");
  CHECK(complaint(python) == cannot(py, "`data` is not an array of bytes, images by 3072"));
  overwrite(py, "(dp0\n.");
  CHECK(complaint(python) == cannot(py, "it has no list `labels`"));
  overwrite(py, "cos\nsystem\n(S'true'\ntR.");
  CHECK(complaint(python) == cannot(py, "refuses the global os.system"));
}
