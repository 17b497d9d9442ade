#include "train/lincls.h"

#include <torch/torch.h>
#include <torch/version.h>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "data/loader.h"
#include "models/linear_probe.h"
#include "optim/larc.h"
#include "optim/schedule.h"
#include "train/device.h"
#include "train/feed.h"
#include "train/finite.h"
#include "train/loading.h"
#include "train/meters.h"
#include "train/optimizer_state.h"
#include "train/output.h"
#include "train/record.h"
#include "train/validation.h"
#include "train/weights.h"

namespace rdm {
namespace {

class LinearEvaluation {
 public:
  LinearEvaluation(const LinclsOptions& options, const Sink& sink, std::stop_token stop);
  Summary run();

 private:
  void load_pretrained();
  void resume();
  void announce();
  std::optional<Loader> open_train() const;
  Sgd make_optimizer() const;
  int64_t classes() const { return static_cast<int64_t>(validation_.dataset().classes.size()); }

  void train_epoch(Position from);
  bool validate(int64_t epoch);  // false: stopped on the way
  void save(Position next, bool best);
  void check_backbone();

  const LinclsOptions& options_;
  const Sink& sink_;
  std::stop_token stop_;
  torch::Device device_;
  uint64_t seed_;
  std::optional<Loader> train_loader_;  // none with options.evaluate
  size_t bad_images_ = 0;               // reported so far, of training
  Validation validation_;
  LinearProbe probe_;
  StateDict pretrained_;  // of the backbone, as the file holds it
  Sgd optimizer_;
  Position position_;
  double best_top1_ = 0;
  Summary summary_;
};

LinearEvaluation::LinearEvaluation(const LinclsOptions& options, const Sink& sink,
                                   std::stop_token stop)
    : options_(options),
      sink_(sink),
      stop_(std::move(stop)),
      device_(choose_device(options.device, options.gpu, options.precision)),
      seed_(seed_everything(options.seed, device_)),
      train_loader_(open_train()),
      validation_(options, train_loader_ ? &train_loader_->dataset() : nullptr, device_),
      probe_(find_architecture(options.arch), options.stem, classes()),
      position_{options.start_epoch, 0} {
  if (!options.pretrained.empty()) load_pretrained();
  probe_.network()->to(device_);
  to_channels_last(*probe_.network());
  optimizer_ = make_optimizer();
  if (!options.resume.empty()) resume();
  probe_.freeze();
}

std::optional<Loader> LinearEvaluation::open_train() const {
  if (options_.evaluate) return std::nullopt;
  auto dataset = open_split(options_, "train", options_.images_per_class);
  RandomView view;  // RandomResizedCrop(scale .08–1) and flip
  view.size = options_.crop_size;
  view.min_scale = 0.08;
  view.jitter_p = view.grayscale_p = view.blur_p = 0;
  auto loader = loader_options(options_, dataset, seed_, device_);
  loader.batch_size = options_.batch_size;
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

void LinearEvaluation::resume() {
  const auto checkpoint = load_checkpoint(options_.resume);
  RDM_CHECK(checkpoint.arch == options_.arch, Code::bad_checkpoint, options_.resume, " holds a ",
            checkpoint.arch, ", not a ", options_.arch, " (--arch)");
  load_state_dict(*probe_.network(), checkpoint.state_dict, "", options_.resume);
  load_optimizer_state(optimizer_, checkpoint.optimizer, options_.resume);
  position_ = {checkpoint.epoch, recorded_step(checkpoint.rdm)};
  best_top1_ = checkpoint.best_acc1.value_or(0);
  summary_.checkpoint = options_.resume;
}

void LinearEvaluation::announce() {
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
                  {"batchSize", options_.batch_size},
                  {"seed", static_cast<int64_t>(seed_)},
                  {"threads", torch::get_num_threads()},
                  {"libtorch", TORCH_VERSION}}});
  if (options_.pretrained.empty() && options_.resume.empty()) {
    sink_(WarningEvent{"random_backbone",
                       "no --pretrained checkpoint: the backbone has random weights"});
  }
}

// Trains until the epoch ends, or one more step once a stop is asked for; position_ says which.
void LinearEvaluation::train_epoch(Position from) {
  const int64_t steps = train_loader_->steps_per_epoch();
  auto schedule = options_.schedule;
  schedule.epochs = options_.epochs;
  optimizer_.follow(schedule, from.epoch, /*update=*/0);
  const double lr = optimizer_.groups()[0].lr;
  const auto before = train_loader_->times();
  train_loader_->start(from.epoch, from.step);
  Feed feed(*train_loader_, device_);
  Meters meters("train", from.epoch, steps, device_);
  for (position_ = from; auto batch = feed.next();) {
    meters.data_ready();
    torch::Tensor logits;
    {
      const Autocast autocast(device_, options_.precision);
      logits = probe_.forward(batch->views[0]);
    }
    const auto loss = torch::cross_entropy_loss(logits.to(torch::kFloat32), batch->labels);
    optimizer_.zero_grad();
    loss.backward();
    if (options_.lars) larc_scale(optimizer_, options_.weight_decay);
    optimizer_.step();
    meters.update(loss, batch->labels.size(0));
    meters.accuracy(logits.detach(), batch->labels);
    meters.step_done();
    ++summary_.steps;
    const int64_t step = position_.step++;
    if (step % options_.print_freq == 0) {
      const auto event = meters.read(step, lr);
      check_finite(event.loss.value, from.epoch, step, lr, summary_.checkpoint);
      sink_(event);
    }
    if (stop_.stop_requested()) return;
  }
  if (meters.images() == 0) return;
  summary_.loss = meters.mean_loss();
  check_finite(*summary_.loss, from.epoch, steps - 1, lr, summary_.checkpoint);
  report_bad_images(*train_loader_, "train", options_.output, sink_, bad_images_);
  sink_(epoch_event(meters, from.epoch, *summary_.loss, train_loader_->times(), before));
}

bool LinearEvaluation::validate(int64_t epoch) {
  const double best_before = best_top1_;
  const auto logits = [&](const torch::Tensor& images) { return probe_.forward(images); };
  const auto result = validation_.run(epoch, logits, best_top1_, sink_, stop_);
  if (!result) return false;
  summary_.top1 = result->top1;
  summary_.top5 = result->top5;
  summary_.best_top1 = best_top1_;
  if (!options_.evaluate) save({epoch + 1, 0}, /*best=*/best_top1_ > best_before);
  return true;
}

void LinearEvaluation::save(Position next, bool best) {
  const auto path = in_folder(options_.output, "checkpoint.pth.tar");
  Checkpoint checkpoint;
  checkpoint.epoch = next.epoch;
  checkpoint.arch = options_.arch;
  checkpoint.state_dict = state_dict(*probe_.network());
  checkpoint.optimizer = optimizer_state(optimizer_);
  checkpoint.best_acc1 = best_top1_;
  checkpoint.rdm = make_record("lincls", options_, seed_, next.step);
  save_checkpoint(path, checkpoint);
  if (best) save_checkpoint(in_folder(options_.output, "model_best.pth.tar"), checkpoint);
  summary_.checkpoint = path;
  summary_.epoch = next.epoch;
  sink_(CheckpointEvent{path, next.epoch, best});
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

Summary LinearEvaluation::run() {
  announce();
  if (options_.evaluate) {
    summary_.epoch = position_.epoch;
    summary_.stopped = !validate(position_.epoch);
    return summary_;
  }
  const int64_t first_epoch = position_.epoch;
  while (position_.epoch < options_.epochs) {
    train_epoch(position_);
    const bool whole = position_.step == train_loader_->steps_per_epoch();
    if (!whole || !validate(position_.epoch)) {
      save(position_, /*best=*/false);
      summary_.stopped = true;
      return summary_;
    }
    if (position_.epoch == first_epoch && !pretrained_.empty()) check_backbone();
    position_ = {position_.epoch + 1, 0};
    if (stop_.stop_requested() && position_.epoch < options_.epochs) {
      summary_.stopped = true;
      return summary_;
    }
  }
  return summary_;
}

}  // namespace

Summary lincls(const LinclsOptions& options, const Sink& sink, std::stop_token stop) {
  prepare_output(options.output);
  return LinearEvaluation(options, sink, std::move(stop)).run();
}

}  // namespace rdm
