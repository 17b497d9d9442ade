// Reading what Python's torch.save wrote, in both of its formats.
#include <nlohmann/json.hpp>

#include "check.h"
#include "checkpoint/archive.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint_fixtures.h"
#include "formats/storage_types.h"

using namespace rdm;
using namespace rdm::test;

namespace {

nlohmann::json expected(const std::string& name) {
  return nlohmann::json::parse(read_bytes(fixture("expected.json"))).at(name);
}

void check_same(const torch::Tensor& tensor, const nlohmann::json& numbers) {
  CHECK(tensor.sizes().vec() == numbers["shape"].get<std::vector<int64_t>>());
  CHECK(dtype_name(tensor.scalar_type()) == numbers["dtype"].get<std::string>());
  const auto flat = tensor.detach().to(torch::kDouble).contiguous();
  const std::vector<double> values(flat.const_data_ptr<double>(),
                                   flat.const_data_ptr<double>() + flat.numel());
  CHECK(values == numbers["values"].get<std::vector<double>>());
}

std::vector<float> floats(const torch::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

}  // namespace

TEST_CASE("every element type and layout reads back, from both formats of torch.save") {
  for (const std::string file : {"tensors.pth", "tensors.legacy.pth"}) {
    CAPTURE(file);
    Archive archive(fixture(file));
    const auto state = archive.tensors(archive.root());
    const auto numbers = expected("tensors");
    CHECK(state.size() == numbers.size());
    for (const auto& [name, tensor] : state) {
      CAPTURE(name);
      check_same(tensor, numbers.at(name));
    }
  }
}

TEST_CASE("tensors that shared a storage still share it") {
  for (const std::string file : {"tensors.pth", "tensors.legacy.pth"}) {
    Archive archive(fixture(file));
    auto all = archive.tensor(*archive.root().find("shared_all"));
    const auto tail = archive.tensor(*archive.root().find("shared_tail"));
    CHECK(tail.storage().is_alias_of(all.storage()));
    all[3] = -1;
    CHECK(tail[1].item<float>() == -1);
  }
}

TEST_CASE("a checkpoint of main_simsiam.py loads with its optimizer") {
  for (const std::string file : {"simsiam.pth", "simsiam.legacy.pth"}) {
    CAPTURE(file);
    const auto checkpoint = load_checkpoint(fixture(file));
    CHECK(checkpoint.epoch == 3);
    CHECK(checkpoint.arch == "resnet18");
    CHECK(!checkpoint.best_acc1);
    CHECK(checkpoint.rdm.is_null());
    const auto numbers = expected("simsiam");
    CHECK(checkpoint.state_dict.size() == numbers.size());
    for (const auto& [name, tensor] : checkpoint.state_dict) {
      check_same(tensor, numbers.at("module." + name));
    }
    CHECK(checkpoint.state_dict.front().first == "encoder.conv1.weight");
    CHECK(checkpoint.state_dict.back().first == "predictor.0.weight");

    const auto& optimizer = checkpoint.optimizer;
    REQUIRE(optimizer.groups.size() == 2);
    CHECK(optimizer.groups[0].params == std::vector<int64_t>{0, 1});
    CHECK(optimizer.groups[1].params == std::vector<int64_t>{2});
    CHECK(!optimizer.groups[0].fix_lr);
    CHECK(optimizer.groups[1].fix_lr);
    CHECK(optimizer.groups[0].lr == 0.05);
    CHECK(optimizer.groups[0].momentum == 0.9);
    CHECK(optimizer.groups[0].weight_decay == 1e-4);
    const Plain other = optimizer.groups[0].other;
    CHECK(*other.find("nesterov") == Plain(false));
    CHECK(other.find("foreach")->is_null());
    // The frozen parameter 1 has no buffer; for parameter 2 two steps with gradient 3.
    CHECK(optimizer.momentum_buffers.size() == 2);
    CHECK(!optimizer.momentum_buffers.contains(1));
    CHECK(floats(optimizer.momentum_buffers.at(2))[0] == doctest::Approx(3 * 1.9).epsilon(1e-3));
  }
}

TEST_CASE(
    "a checkpoint of main_lincls.py loads: dict state, tensor accuracy, numbered by address") {
  for (const std::string file : {"lincls.pth", "lincls.legacy.pth"}) {
    CAPTURE(file);
    const auto checkpoint = load_checkpoint(fixture(file));
    CHECK(checkpoint.best_acc1.value() == 67.5);
    CHECK(checkpoint.state_dict.front().first == "conv1.weight");
    const auto& optimizer = checkpoint.optimizer;
    CHECK(optimizer.groups[0].lr == 30);
    CHECK(optimizer.groups[0].params == std::vector<int64_t>{0, 1});
    CHECK(optimizer.momentum_buffers.size() == 1);  // None counts as no buffer yet
    CHECK(floats(optimizer.momentum_buffers.at(1)) == std::vector<float>{9, 10, 11, 12});
  }
}

TEST_CASE("a file that is no run's checkpoint says which key it lacks") {
  const auto error = error_of([] { load_checkpoint(fixture("torchvision.pth")); });
  REQUIRE(error);
  CHECK(error->code == Code::bad_checkpoint);
  CHECK(contains(error->what(), "torchvision.pth: it has no 'epoch'"));
  CHECK(contains(error->hint, "main_simsiam.py"));
}
