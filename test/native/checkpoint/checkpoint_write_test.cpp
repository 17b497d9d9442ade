// Writing checkpoints: round trips, what Python is to read, and writing that fails.
#include <cstdlib>

#include "check.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/manifest.h"
#include "checkpoint_fixtures.h"

using namespace rdm;
using namespace rdm::test;

namespace {

// A model in small: a channels_last convolution, a counter, a predictor, a frozen parameter.
Checkpoint example() {
  Checkpoint out;
  out.epoch = 2;
  out.arch = "resnet18";
  const auto conv = torch::arange(2 * 3 * 2 * 2, torch::kFloat).reshape({2, 3, 2, 2});
  out.state_dict = {
      {"encoder.conv1.weight", conv.contiguous(torch::MemoryFormat::ChannelsLast)},
      {"encoder.bn1.num_batches_tracked", torch::tensor(int64_t{1} << 40)},
      {"encoder.fc.0.weight", torch::eye(3)},
      {"encoder.fc.6.bias", torch::tensor({1.5F, -2.0F}).requires_grad_()},
      {"predictor.0.weight", torch::ones({2, 2}).t().to(torch::kBFloat16)},
  };
  ParamGroup encoder{.lr = 0.025, .momentum = 0.9, .weight_decay = 1e-4, .params = {0, 1, 2}};
  ParamGroup predictor{
      .lr = 0.05, .momentum = 0.9, .weight_decay = 1e-4, .fix_lr = true, .params = {3}};
  predictor.other = {{"nesterov", true}, {"initial_lr", 0.05}};
  out.optimizer.groups = {encoder, predictor};
  out.optimizer.momentum_buffers = {{0, conv.neg().contiguous(torch::MemoryFormat::ChannelsLast)},
                                    {3, torch::full({2, 2}, 0.5)}};
  out.rdm = Plain::Dict{
      {"version", "0.1.0"}, {"data", "/données/train"},
      {"seed", Plain()},    {"steps", int64_t{1} << 33},
      {"sigma", -0.5},      {"flags", Plain::List{true, Plain::Dict{{"a", int64_t{-1}}}}}};
  return out;
}

void check_same(const StateDict& a, const StateDict& b) {
  REQUIRE(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].first == b[i].first);
    CHECK(a[i].second.dtype() == b[i].second.dtype());
    CHECK(torch::equal(a[i].second, b[i].second));
  }
}

}  // namespace

TEST_CASE("a checkpoint reads back as it was written") {
  const ScratchFolder folder;
  const auto written = example();
  save_checkpoint(folder.file("checkpoint_0001.pth.tar"), written);
  CHECK(folder.files() == 2);  // with its manifest
  const auto read = load_checkpoint(folder.file("checkpoint_0001.pth.tar"));
  CHECK(read.epoch == written.epoch);
  CHECK(read.arch == written.arch);
  CHECK(!read.best_acc1);
  CHECK(read.rdm == written.rdm);
  check_same(read.state_dict, written.state_dict);
  for (const auto& [name, tensor] : read.state_dict) CHECK(tensor.is_contiguous());
  REQUIRE(read.optimizer.groups.size() == 2);
  CHECK(read.optimizer.groups[0].lr == 0.025);
  CHECK(read.optimizer.groups[0].params == std::vector<int64_t>{0, 1, 2});
  CHECK(read.optimizer.groups[1].fix_lr);
  CHECK(*Plain(read.optimizer.groups[1].other).find("nesterov") == Plain(true));
  CHECK(*Plain(read.optimizer.groups[1].other).find("initial_lr") == Plain(0.05));
  CHECK(*Plain(read.optimizer.groups[0].other).find("maximize") == Plain(false));
  CHECK(read.optimizer.momentum_buffers.size() == 2);
  CHECK(torch::equal(read.optimizer.momentum_buffers.at(0),
                     written.optimizer.momentum_buffers.at(0)));
}

TEST_CASE("the best accuracy is kept, and an empty optimizer can be saved") {
  const ScratchFolder folder;
  Checkpoint written{.epoch = 1, .arch = "resnet50", .best_acc1 = 12.25};
  save_checkpoint(folder.file("checkpoint.pth.tar"), written);
  const auto read = load_checkpoint(folder.file("checkpoint.pth.tar"));
  CHECK(read.best_acc1.value() == 12.25);
  CHECK(read.state_dict.empty());
  CHECK(read.optimizer.groups.empty());
}

TEST_CASE("a full disk leaves the old checkpoint whole and nothing else") {
  const ScratchFolder folder;
  const auto path = folder.file("checkpoint.pth.tar");
  save_checkpoint(path, example());
  const auto before = read_bytes(path);
  std::optional<Error> error;
  {
    const FileSizeLimit limit(2000);
    error = error_of([&] { save_checkpoint(path, example()); });
  }
  REQUIRE(error);
  CHECK(error->code == Code::bad_output);
  CHECK(error->what() == "cannot write " + path + ": File too large");
  CHECK(error->hint == "Choose another folder.");
  CHECK(read_bytes(path) == before);
  CHECK(folder.files() == 2);
  CHECK(!find_fault(path));
}

TEST_CASE("a folder that takes no file is an error that names the path and the reason") {
  const ScratchFolder folder;
  write_bytes(folder.file("file"), "");
  for (const auto& [path, reason] :
       {std::pair{folder.file("missing/checkpoint.pth.tar"), "No such file or directory"},
        std::pair{folder.file("file/checkpoint.pth.tar"), "Not a directory"}}) {
    const auto error = error_of([&] { save_checkpoint(path, example()); });
    REQUIRE(error);
    CHECK(error->code == Code::bad_output);
    CHECK(error->what() == "cannot write " + path + ": " + reason);
  }
}

// test/parity/checkpoint_read.py reads this file with Python's torch.
TEST_CASE("a checkpoint for Python to read") {
  const char* path = std::getenv("RDM_CHECKPOINT_OUT");
  if (path) save_checkpoint(path, example());
}
