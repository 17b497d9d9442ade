// Checkpoints whose record of the run was changed: every key removed, every type exchanged, every
// number extreme. A run that goes on from one, or only evaluates it, is refused by file and key, or
// goes on to its end.
#include <filesystem>
#include <fstream>
#include <limits>

#include "check.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/checkpoint_fixtures.h"
#include "device/loading.h"
#include "train/loop.h"
#include "train/updater.h"

using namespace rdm;
using namespace rdm::test;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(),
                  kMost = std::numeric_limits<int64_t>::max();

// Two weights that follow the brightness of the images: all that a run needs, and nothing that
// takes time.
class TwoWeights : public Learner {
 public:
  explicit TwoWeights(int64_t steps) : weight_(torch::ones({2}).requires_grad_()) {
    OptimizerGroup group;
    group.parameters = {weight_};
    group.lr = group.initial_lr = 0.1;
    Schedule schedule;
    schedule.updates_per_epoch = steps;
    updater_.emplace(std::vector{group}, schedule, 1, Precision::fp32, torch::kCPU);
  }

  void begin() override {}
  StepResult step(const DeviceBatch& batch, Position at) override {
    updater_->begin(at);
    const auto loss = (weight_ * batch.views[0].mean()).square().sum();
    updater_->backward(loss, at);
    updater_->update();
    StepResult result;
    result.loss = loss.detach();
    result.lr = updater_->lr();
    result.raised = updater_->raised();
    return result;
  }
  int64_t steps_per_epoch() const override { return updater_->steps_per_epoch(); }
  torch::Tensor features(const torch::Tensor& images) override { return images.flatten(1); }
  torch::Tensor classify(const torch::Tensor& images) override { return images.flatten(1); }
  void train(bool on) override {}
  int64_t checkpoint_bytes() const override { return static_cast<int64_t>(weight_.nbytes()); }
  void save(Checkpoint& into) override {
    into.state_dict = {{"weight", weight_.detach()}};
    updater_->save(into);
  }
  void load(const Checkpoint& from, const std::string& path) override {
    const torch::NoGradGuard no_grad;
    weight_.copy_(from.state_dict.at(0).second);
    updater_->load(from, path);
  }

 private:
  torch::Tensor weight_;
  std::optional<Updater> updater_;
};

// Eight images of 4 × 4 pixels in each split: four steps an epoch.
void draw(const std::string& folder) {
  for (int image = 0; image < 16; ++image) {
    const auto at = folder + (image < 8 ? "/train/" : "/val/") + (image % 2 ? "a" : "b");
    std::filesystem::create_directories(at);
    std::ofstream(at + "/" + std::to_string(image) + ".ppm", std::ios::binary)
        << "P6\n4 4\n255\n"
        << std::string(48, static_cast<char>(10 * image));
  }
}

struct Case {
  std::string command;
  RunOptions options;
  bool evaluate = false;  // what the checkpoint holds, and train nothing

  Summary run() const {
    const Sink ignore = [](const Event&) {};
    auto setup = set_up(command.c_str(), options, ignore, {}, /*group=*/nullptr);
    if (evaluate) return run_evaluation(setup);
    auto dataset = open_training(options, /*labelled=*/false);
    auto loading = loader_options(options, dataset, setup.seed, setup.device, nullptr);
    loading.batch_size = options.batch_size;
    RandomView view;
    view.size = options.crop_size;
    loading.augmentation = std::vector<RandomView>{view};
    Loader loader(std::move(dataset), loading);
    TwoWeights learner(loader.steps_per_epoch());
    Evaluations evaluations;
    Run run(std::move(setup), {.numbered = command == "pretrain"}, loader, learner, evaluations,
            {});
    return train(run, learner);
  }

  Summary run_evaluation(const Setup& setup) const {
    Evaluations evaluations;
    evaluations.add_validation(options, /*train=*/nullptr, setup.device, /*group=*/nullptr);
    TwoWeights learner(/*steps=*/1);
    const auto at = take_up(*setup.resumed, learner, evaluations);
    announce(setup, at, /*steps=*/0, /*train=*/nullptr, evaluations.val(), {});
    CHECK(evaluations.run(at.epoch, learner, setup.sink, setup.stop));
    Summary summary;
    evaluations.add_to(summary);
    return summary;
  }
};

// Where a checkpoint waits for no disk: the generator saves hundreds of them.
std::filesystem::path in_memory() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
}

Case make_case(const std::string& command, const std::string& folder) {
  Case made{command, {}};
  auto& options = made.options;
  options.data = {folder + "/images"};
  options.output = folder + "/run";
  options.arch = "resnet18";
  options.device = "cpu";
  options.workers = 1;
  options.crop_size = 4;
  options.max_image_pixels = 100;
  options.epochs = 1;
  options.batch_size = options.val_batch_size = 2;
  options.val_resize = 4;
  options.print_freq = 1;
  options.resume_anyway = true;
  options.seed = 7;
  const Plain view = Plain::Dict{{"minScale", 0.2}, {"interpolation", "bilinear"}};
  options.record = Plain::Dict{{"data", options.data.front()},
                               {"classes", ""},
                               {"gpu", Plain()},
                               {"lr", 0.1},
                               {"epochs", 1},
                               {"seed", 7},
                               {"lars", false},
                               {"lrSteps", Plain::List{3, 4}},
                               {"views", Plain::List{view, view}},
                               {"smallCrops", Plain::List{view}}};
  return made;
}

const std::vector<Plain>& hostile_values() {
  static const std::vector<Plain> values{Plain(),
                                         true,
                                         0,
                                         -1,
                                         3,
                                         5,
                                         kLeast,
                                         kMost,
                                         int64_t{1} << 62,
                                         0.5,
                                         -kInf,
                                         kInf,
                                         1e300,
                                         std::nan(""),
                                         "",
                                         "\x1b[31m",
                                         std::string(100'000, 'x'),
                                         Plain::List{},
                                         Plain::List{1},
                                         Plain::List(5000, Plain(2.0)),
                                         Plain::List{Plain::Dict{}},
                                         Plain::Dict{},
                                         Plain::Dict{{"step", -1}}};
  return values;
}

void each_change(const Plain& value, const std::function<void(const Plain&)>& use) {
  for (const auto& other : hostile_values()) use(other);
  if (const auto* dict = value.get_if<Plain::Dict>()) {
    for (size_t i = 0; i < dict->size(); ++i) {
      auto without = *dict;
      without.erase(without.begin() + static_cast<long>(i));
      use(without);
      each_change((*dict)[i].second, [&](const Plain& changed) {
        auto with = *dict;
        with[i].second = changed;
        use(with);
      });
    }
  }
  if (const auto* list = value.get_if<Plain::List>()) {
    for (size_t i = 0; i < list->size(); ++i) {
      each_change((*list)[i], [&](const Plain& changed) {
        auto with = *list;
        with[i] = changed;
        use(with);
      });
    }
  }
}

struct Counts {
  int cases = 0, refused = 0;
};

// Anything but an end and a refusal fails the test, or ends it.
void go_on_from(const Checkpoint& hostile, Case made, Counts& counts) {
  ++counts.cases;
  const auto path = made.options.output + "/hostile.pth.tar";
  save_checkpoint(path, hostile);
  made.options.resume = path;
  try {
    made.run();
  } catch (const Error& error) {
    ++counts.refused;
    CHECK_MESSAGE(error.code == Code::bad_checkpoint, error.what());
    const std::string what = error.what();
    CHECK_MESSAGE(contains(what, path), what);
    CHECK(what.size() < path.size() + 500);
  }
}

Counts attack(const std::string& command, bool evaluate = false) {
  const ScratchFolder folder(in_memory());
  draw(folder.file("images"));
  auto made = make_case(command, folder.path());
  std::filesystem::create_directories(made.options.output);
  auto stopped = made;
  stopped.options.max_steps = 2;
  const auto good = load_checkpoint(stopped.run().checkpoint);
  made.evaluate = evaluate;
  Counts counts;
  go_on_from(good, made, counts);
  REQUIRE(counts.refused == 0);
  each_change(good.rdm, [&](const Plain& record) {
    auto hostile = good;
    hostile.rdm = record;
    go_on_from(hostile, made, counts);
  });
  for (const int64_t epoch : {kLeast, int64_t{-1}, int64_t{1'000'000'001}, kMost}) {
    auto hostile = good;
    hostile.epoch = epoch;
    go_on_from(hostile, made, counts);
  }
  for (const double number : {-kInf, -1.0, 1e300, kInf, std::nan("")}) {
    for (const auto& change : std::vector<std::function<void(Checkpoint&)>>{
             [&](Checkpoint& c) { c.best_acc1 = number; },
             [&](Checkpoint& c) { c.scaler = ScalerState{number, 0}; },
             [&](Checkpoint& c) { c.scaler = ScalerState{1, kLeast}; },
             [&](Checkpoint& c) { c.optimizer.groups[0].lr = number; },
             [&](Checkpoint& c) { c.optimizer.groups[0].weight_decay = number; }}) {
      auto hostile = good;
      change(hostile);
      go_on_from(hostile, made, counts);
    }
  }
  return counts;
}

}  // namespace

TEST_CASE("a hostile record is refused or goes on to the end: pretrain and lincls") {
  for (const std::string job : {"pretrain", "lincls", "lincls --evaluate"}) {
    const bool evaluate = job.ends_with("--evaluate");
    const auto counts = attack(evaluate ? "lincls" : job, evaluate);
    MESSAGE(job << ": " << counts.cases << " cases, " << counts.refused << " refused, "
                << counts.cases - counts.refused << " to the end, crashes 0");
    CHECK(counts.cases > 500);
    CHECK(counts.refused > 300);
    CHECK(counts.refused < counts.cases);
  }
}

TEST_CASE("what a record may not hold is told by file, key and range") {
  const auto refusal = [](const Plain::Dict& state) {
    const Plain record = Plain::Dict{
        {"command", "pretrain"}, {"listing", "00"}, {"data", "d"}, {"seed", 1}, {"state", state}};
    const auto error = error_of([&] { read_record(record, "a.pth.tar"); });
    REQUIRE(error);
    CHECK(error->hint ==
          "It was changed, or written by something else; go on from another checkpoint.");
    return std::string(error->what());
  };
  CHECK(refusal({}) == "a.pth.tar: it has no 'rdm.state.step'");
  CHECK(refusal({{"step", -5}}) ==
        "a.pth.tar: its 'rdm.state.step' must be a whole number between 0 and 9007199254740992, "
        "not -5");
  CHECK(refusal({{"step", "2"}}) ==
        "a.pth.tar: its 'rdm.state.step' must be a whole number between 0 and 9007199254740992, "
        "not '2'");
  CHECK(refusal({{"step", 2}, {"meters", 5}}) ==
        "a.pth.tar: its 'rdm.state.meters' must be a dictionary, not 5");
  const Plain::Dict meters{{"images", 4},       {"steps", 2},       {"seconds", 1},
                           {"batchSeconds", 1}, {"dataSeconds", 1}, {"sums", Plain::List{1, 2}}};
  CHECK(refusal({{"step", 2}, {"meters", meters}}) ==
        "a.pth.tar: its 'rdm.state.meters.sums' must be a list of 4 numbers, not a list");
}

TEST_CASE("what the last step spoils is no end of a run, and is not saved") {
  const ScratchFolder folder;
  draw(folder.file("images"));
  auto made = make_case("pretrain", folder.path());
  std::filesystem::create_directories(made.options.output);
  auto stopped = made;
  stopped.options.max_steps = 3;  // of four
  auto spoilt = load_checkpoint(stopped.run().checkpoint);
  spoilt.optimizer.momentum_buffers.at(0)[1] = std::nan("");
  made.options.resume = folder.file("spoilt.pth.tar");
  save_checkpoint(made.options.resume, spoilt);
  const auto error = error_of([&] { made.run(); });
  REQUIRE(error);
  CHECK(error->code == Code::not_finite);
  CHECK(std::string(error->what()) ==
        "the weights or their momentum are not finite at the end of epoch 0");
  CHECK(!std::filesystem::exists(made.options.output + "/checkpoint_0000.pth.tar"));
}
