// What a checkpoint holds of a run in its middle, and when it is one of another configuration.
#include "run/resume.h"

#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"
#include "run/cadence.h"
#include "run/meters.h"
#include "run/record.h"

using namespace rdm;
using namespace rdm::test;

TEST_CASE("a run's state goes through a file unchanged") {
  const ScratchFolder folder;
  const RunState state{
      7, Metered{21, 7, 2.5, 2, 0.5, {1.25, 3, 9, 0}}, {{5, "ä.jpg", "cut short"}}, 1, 2};
  Checkpoint written{.epoch = 1, .arch = "resnet18", .scaler = ScalerState{1024, 77}};
  RunOptions options;
  options.record = Plain::Dict{{"seed", Plain()}, {"data", "/images"}};
  written.rdm = make_record("pretrain", options, /*seed=*/5, {"00ff", {}}, state);
  save_checkpoint(folder.file("a.pth.tar"), written);
  const auto read = load_checkpoint(folder.file("a.pth.tar"));
  const auto record = read_record(read.rdm, "a.pth.tar");
  REQUIRE(record);
  CHECK(record->command == "pretrain");
  CHECK(record->seed == 5);
  CHECK(record->listing == "00ff");
  CHECK(to_plain(record->state) == to_plain(state));
  REQUIRE(read.scaler);
  CHECK(read.scaler->scale == 1024);
  CHECK(read.scaler->growth_tracker == 77);
  CHECK(!read_record(Plain(), "a.pth.tar"));  // a file of the reference
}

TEST_CASE("meters go on where they were, to the last bit") {
  Meters whole("train", 0, 4, torch::kCPU), first("train", 0, 4, torch::kCPU);
  const auto step = [](Meters& meters, float loss) {
    meters.data_ready();
    meters.update(torch::tensor(loss), 3);
    meters.accuracy(torch::eye(3), torch::tensor({0, 1, 1}));
    meters.step_done();
  };
  for (const float loss : {0.1F, 0.7F}) {
    step(whole, loss);
    step(first, loss);
  }
  Meters rest("train", 0, 4, torch::kCPU);
  rest.restore(first.state(nullptr), /*first=*/true);
  for (const float loss : {0.3F, 0.9F}) {
    step(whole, loss);
    step(rest, loss);
  }
  const auto a = whole.read(3, 0.1, nullptr), b = rest.read(3, 0.1, nullptr);
  CHECK(a.loss.average == b.loss.average);
  CHECK(a.top1.average == b.top1.average);
  CHECK(a.top5.average == b.top5.average);
  CHECK(rest.seconds() >= 0);
}

TEST_CASE("checkpoints' names sort as the run goes") {
  const std::vector<Position> run{{0, 20}, {0, 100}, {1, 0}, {1, 20}, {1, 100000}, {2, 0}, {10, 5}};
  std::vector<std::string> names;
  for (const auto position : run) names.push_back(checkpoint_name(position));
  CHECK(names[0] == "checkpoint_0000-000020.pth.tar");
  CHECK(names[2] == "checkpoint_0000.pth.tar");
  CHECK(std::ranges::is_sorted(names));
}

TEST_CASE("--checkpoint-every counts the run's steps, also those that are taken together") {
  const Cadence never(0, 0), third(3, 0);
  std::vector<int64_t> one_by_one, in_pairs;
  for (int64_t done = 1; done <= 12; ++done) {
    CHECK(!never.due(done, 1, /*logging=*/true, /*busy=*/false, nullptr));
    CHECK(!third.due(done, 1, /*logging=*/true, /*busy=*/true, nullptr));
    if (third.due(done, 1, false, false, nullptr)) one_by_one.push_back(done);
    if (done % 2 == 0 && third.due(done, 2, false, false, nullptr)) in_pairs.push_back(done);
  }
  CHECK(one_by_one == std::vector<int64_t>{3, 6, 9, 12});
  CHECK(in_pairs == std::vector<int64_t>{4, 6, 10, 12});
}

TEST_CASE("what differs is named by its flag; what cannot change a result is left out") {
  Record recorded;
  recorded.command = "pretrain";
  recorded.listing = "00ff";
  recorded.data = "/old";
  recorded.options = Plain::Dict{{"data", "/old"},  {"workers", 4},       {"seed", 3},   {"lr", 1},
                                 {"batchSize", 32}, {"predType", "poly"}, {"sigma", 1.5}};
  RunOptions options;
  options.may_differ = {"data", "workers"};
  options.record =
      Plain::Dict{{"data", "/new"},  {"workers", 8},      {"seed", Plain()}, {"lr", 1.0},
                  {"batchSize", 64}, {"predType", "mlp"}, {"sigma", 1.5},    {"newOption", true}};
  CHECK(differences(recorded, "pretrain", options, "00ff") ==
        std::vector<std::string>{"--batch-size 32 there, 64 here",
                                 "--pred-type poly there, mlp here"});
  CHECK(differences(recorded, "pretrain", options, "0000")[0] ==
        "other training images there (--data /old)");
  CHECK(differences(recorded, "lincls", options, "00ff") ==
        std::vector<std::string>{"it is of rdm pretrain, not of rdm lincls"});
  recorded.options = Plain::Dict{};
  CHECK(differences(recorded, "pretrain", options, "00ff").empty());
  options.record = Plain::Dict{{"smallCrops", Plain::List{}}};
  CHECK(differences(recorded, "pretrain", options, "00ff").empty());
  options.record = Plain::Dict{{"smallCrops", Plain::List{Plain::Dict{{"size", 96}}}}};
  CHECK(differences(recorded, "pretrain", options, "00ff") ==
        std::vector<std::string>{"--crops: 0 kinds of crops there, 1 here"});
}
