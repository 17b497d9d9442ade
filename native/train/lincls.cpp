#include "train/lincls.h"

#include <torch/torch.h>
#include <torch/version.h>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "data/loading/loader.h"
#include "device/device.h"
#include "device/feed.h"
#include "device/loading.h"
#include "distributed/reducer.h"
#include "evaluate/validation.h"
#include "models/linear_probe.h"
#include "models/weights.h"
#include "optim/larc.h"
#include "optim/schedule.h"
#include "run/course.h"
#include "run/launch.h"
#include "run/output.h"
#include "run/output_lock.h"
#include "train/optimizer_state.h"

namespace rdm {
namespace {

class LinearEvaluation {
 public:
  LinearEvaluation(const LinclsOptions& options, const Sink& sink, std::stop_token stop,
                   Group* group);
  Summary run();

 private:
  void load_pretrained();
  void load(const Checkpoint& checkpoint, const std::string& path);
  void announce();
  std::optional<Loader> open_train() const;
  Sgd make_optimizer() const;
  int64_t classes() const { return static_cast<int64_t>(validation_.dataset().classes.size()); }

  bool train_epoch();  // false: stopped on the way
  bool validate();     // false: stopped on the way
  void save(Position next, bool best, const Plain& meters = {});
  void check_backbone();
  void train();

  const LinclsOptions& options_;
  const Sink& sink_;
  std::stop_token stop_;
  Group* group_;
  torch::Device device_;
  Course course_;
  std::optional<Loader> train_loader_;  // none with options.evaluate
  Validation validation_;
  LinearProbe probe_;
  StateDict pretrained_;  // of the backbone, as the file holds it
  Sgd optimizer_;
  std::optional<GradientReducer> reducer_;  // none where the process is alone
  FiniteGuard guard_;
  Position position_;
  Plain meters_;  // of the epoch that was trained and not yet validated
};

LinearEvaluation::LinearEvaluation(const LinclsOptions& options, const Sink& sink,
                                   std::stop_token stop, Group* group)
    : options_(options),
      sink_(sink),
      stop_(std::move(stop)),
      group_(group),
      device_(choose_device(options)),
      course_("lincls", options, /*keep=*/0, device_, sink, stop_, group),
      train_loader_(open_train()),
      validation_(options, train_loader_ ? &train_loader_->dataset() : nullptr, device_, group),
      probe_(find_architecture(options.arch), options.stem, classes()),
      guard_(device_) {
  if (!options.pretrained.empty()) load_pretrained();
  probe_.network()->to(device_);
  to_channels_last(*probe_.network());
  if (group) {
    auto parameters = probe_.fc()->parameters();
    group->broadcast(parameters);
    reducer_.emplace(parameters, *group);
  }
  optimizer_ = make_optimizer();
  course_.begin(train_loader_ ? &*train_loader_ : nullptr,
                [this](const auto& checkpoint, const auto& path) { load(checkpoint, path); });
  position_ = course_.start();
  probe_.freeze();
}

std::optional<Loader> LinearEvaluation::open_train() const {
  if (options_.evaluate) return std::nullopt;
  auto dataset = open_split(options_, "train", options_.images_per_class);
  RandomView view;  // RandomResizedCrop(scale .08–1) and flip
  view.size = options_.crop_size;
  view.min_scale = 0.08;
  view.jitter_p = view.grayscale_p = view.blur_p = 0;
  auto loader = loader_options(options_, dataset, course_.seed(), device_, group_);
  loader.batch_size = options_.own_batch();
  loader.drop_last = false;
  loader.recipe = std::vector<RandomView>{view};
  return std::optional<Loader>(std::in_place, std::move(dataset), loader);
}

void LinearEvaluation::load_pretrained() {
  pretrained_ = load_backbone(options_.pretrained, options_.arch).weights;
  load_backbone_weights(*probe_.network(), pretrained_, options_.pretrained);
}

// LARC brings its own weight decay, so SGD's is then 0.
Sgd LinearEvaluation::make_optimizer() const {
  SgdGroup group;
  group.parameters = probe_.fc()->parameters();
  group.lr = group.initial_lr = initial_lr(options_.lr, options_.batch_size);
  group.momentum = options_.momentum;
  group.weight_decay = options_.lars ? 0 : options_.weight_decay;
  return Sgd({group});
}

void LinearEvaluation::load(const Checkpoint& checkpoint, const std::string& path) {
  load_state_dict(*probe_.network(), checkpoint.state_dict, "", path);
  load_optimizer_state(optimizer_, checkpoint.optimizer, path);
  guard_.lower();
}

void LinearEvaluation::announce() {
  const auto resumed = course_.resumed_from();
  sink_(
      StartEvent{"lincls",
                 {{"arch", options_.arch},
                  {"pretrained", options_.pretrained},
                  {"device", device_.str()},
                  {"precision", name_of(options_.precision)},
                  {"classes", classes()},
                  {"trainImages", train_loader_ ? train_loader_->dataset().size() : int64_t{0}},
                  {"valImages", validation_.dataset().size()},
                  {"stepsPerEpoch", train_loader_ ? train_loader_->steps_per_epoch() : int64_t{0}},
                  {"epochs", options_.epochs},
                  {"startEpoch", position_.epoch},
                  {"startStep", position_.step},
                  {"resumed", resumed.empty() ? Plain() : Plain(resumed)},
                  {"batchSize", options_.global_batch()},
                  {"processes", group_ ? group_->size() : 1},
                  {"seed", static_cast<int64_t>(course_.seed())},
                  {"threads", torch::get_num_threads()},
                  {"libtorch", TORCH_VERSION}}});
  if (options_.pretrained.empty() && resumed.empty()) {
    sink_(WarningEvent{"random_backbone",
                       "no --pretrained checkpoint: the backbone has random weights"});
  }
}

// One epoch from position_ on, which then stands at its end.
bool LinearEvaluation::train_epoch() {
  const int64_t epoch = position_.epoch, steps = train_loader_->steps_per_epoch();
  auto schedule = options_.schedule;
  schedule.epochs = options_.epochs;
  optimizer_.follow(schedule, epoch, /*update=*/0);
  const double lr = optimizer_.groups()[0].lr;
  const auto before = train_loader_->times();
  train_loader_->start(epoch, position_.step);
  Feed feed(*train_loader_, device_);
  auto meters = course_.open_meters(epoch, steps);
  const bool begun = position_.step < steps;  // else resumed before the validation
  while (auto batch = feed.next()) {
    if (group_) group_->at(epoch * steps + position_.step);
    meters.data_ready();
    if (reducer_) reducer_->average_next();
    torch::Tensor logits;
    {
      const Autocast autocast(device_, options_.precision);
      logits = probe_.forward(batch->views[0]);
    }
    const auto loss = torch::cross_entropy_loss(logits.to(torch::kFloat32), batch->labels);
    optimizer_.zero_grad();
    loss.backward();
    guard_.see(loss);
    if (options_.lars) larc_scale(optimizer_, options_.weight_decay);
    optimizer_.step(/*scaler=*/nullptr, &guard_);
    const int64_t step = position_.step++;
    course_.stepped({epoch, step, lr, loss.detach(), batch->images}, guard_.raised());
    meters.update(loss, batch->labels.size(0));
    meters.accuracy(logits.detach(), batch->labels);
    meters.step_done();
    const bool logging = step % options_.print_freq == 0;
    if (logging) {
      course_.look();
      sink_(meters.read(step, lr, group_));
    }
    const bool last = course_.ending();
    if (step + 1 == steps) break;
    const int64_t done = epoch * steps + step + 1;
    if (!last && !course_.due(done, /*taken=*/1, logging)) continue;
    course_.look();
    save(position_, /*best=*/false, meters.state(group_));
    if (last) return false;
  }
  meters_ = meters.state(group_);
  course_.epoch_done(meters, epoch, begun, before);
  return true;
}

bool LinearEvaluation::validate() {
  const double best_before = course_.best_top1();
  const auto logits = [&](const torch::Tensor& images) { return probe_.forward(images); };
  const auto result = validation_.run(position_.epoch, logits, course_.best_top1(), sink_, stop_);
  if (!result) return false;
  course_.evaluated(*result);
  if (options_.evaluate) return true;
  meters_ = {};
  save({position_.epoch + 1, 0}, /*best=*/course_.best_top1() > best_before);
  return true;
}

void LinearEvaluation::save(Position next, bool best, const Plain& meters) {
  const auto fill = [this](Checkpoint& checkpoint) {
    checkpoint.state_dict = state_dict(*probe_.network());
    checkpoint.optimizer = optimizer_state(optimizer_);
    checkpoint.best_acc1 = course_.best_top1();
  };
  course_.save("checkpoint.pth.tar", next, meters, fill, best);
}

// The reference's sanity check: linear training must not have moved the backbone.
void LinearEvaluation::check_backbone() {
  std::map<std::string, torch::Tensor> now;
  for (const auto& [name, tensor] : state_dict(*probe_.network())) now[name] = tensor;
  for (const auto& [name, tensor] : pretrained_) {
    RDM_CHECK(now.at(name).cpu().equal(tensor), Code::internal, name,
              " changed in linear classifier training");
  }
  RDM_CHECK(probe_.unchanged(), Code::internal,
            "the frozen backbone's output changed in linear classifier training");
  sink_(SanityCheckEvent{options_.pretrained});
}

void LinearEvaluation::train() {
  auto& stopped = course_.summary().stopped;
  const int64_t first_epoch = position_.epoch;
  while (position_.epoch < options_.epochs) {
    try {
      stopped = !train_epoch();
    } catch (const Diverged& diverged) {
      course_.roll_back(diverged);
      position_ = course_.start();
      continue;
    }
    if (stopped) return;
    if (!validate()) {
      save(position_, /*best=*/false, std::exchange(meters_, Plain()));
      stopped = true;
      return;
    }
    if (position_.epoch == first_epoch && !pretrained_.empty()) check_backbone();
    position_ = {position_.epoch + 1, 0};
    stopped = position_.epoch < options_.epochs && course_.over();
    if (stopped) return;
  }
}

Summary LinearEvaluation::run() {
  announce();
  if (options_.evaluate) {
    course_.summary().epoch = position_.epoch;
    course_.summary().stopped = !validate();
  } else {
    train();
  }
  return course_.finish();
}

}  // namespace

Summary lincls(const LinclsOptions& options, const Sink& sink, std::stop_token stop) {
  prepare_output(options.output);
  Summary summary;
  together(options.process, options.record, sink, [&](Group* group, const Sink& heard) {
    std::optional<OutputLock> lock;  // evaluating writes no checkpoint
    if (is_first(group) && !options.evaluate) lock.emplace(options.output, heard);
    summary = LinearEvaluation(options, heard, stop, group).run();
  });
  return summary;
}

}  // namespace rdm
