#include "train/pretrain.h"

#include <torch/torch.h>
#include <torch/version.h>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "data/loader.h"
#include "methods/simsiam.h"
#include "optim/schedule.h"
#include "train/device.h"
#include "train/feed.h"
#include "train/finite.h"
#include "train/loading.h"
#include "train/memory.h"
#include "train/meters.h"
#include "train/optimizer_state.h"
#include "train/output.h"
#include "train/record.h"
#include "train/step.h"
#include "train/weights.h"

namespace rdm {
namespace {

class Pretraining {
 public:
  Pretraining(const PretrainOptions& options, const Sink& sink, std::stop_token stop);
  Summary run();

 private:
  Loader open_loader() const;
  Sgd make_optimizer();
  void resume();
  void announce();
  bool train_epoch(int64_t epoch, int64_t first_step);  // false: stopped on the way
  void save(const std::string& file, Position next, double loss);

  const PretrainOptions& options_;
  const Sink& sink_;
  std::stop_token stop_;
  torch::Device device_;
  std::optional<Checkpoint> resumed_;
  uint64_t seed_;
  double initial_lr_;
  Loader loader_;
  size_t bad_images_ = 0;  // reported so far
  SimSiam method_;
  Sgd optimizer_;
  Position start_;
  Summary summary_;
};

std::optional<Checkpoint> load_resumed(const PretrainOptions& options) {
  if (options.resume.empty()) return std::nullopt;
  auto checkpoint = load_checkpoint(options.resume);
  RDM_CHECK(checkpoint.arch == options.arch, Code::bad_checkpoint, options.resume, " holds a ",
            checkpoint.arch, ", not a ", options.arch, " (--arch)");
  return checkpoint;
}

std::optional<int64_t> chosen_seed(const PretrainOptions& options,
                                   const std::optional<Checkpoint>& resumed) {
  return options.seed || !resumed ? options.seed : recorded_seed(resumed->rdm);
}

Pretraining::Pretraining(const PretrainOptions& options, const Sink& sink, std::stop_token stop)
    : options_(options),
      sink_(sink),
      stop_(std::move(stop)),
      device_(choose_device(options.device, options.gpu)),
      resumed_(load_resumed(options)),
      seed_(seed_everything(chosen_seed(options, resumed_), device_)),
      initial_lr_(initial_lr(options.lr, options.batch_size)),
      loader_(open_loader()),
      method_(SimSiamOptions{options.arch, options.dim, options.pred_dim, options.filter,
                             options.fix_pred_lr}),
      optimizer_(make_optimizer()),
      start_{options.start_epoch, 0} {
  if (resumed_) resume();
}

Loader Pretraining::open_loader() const {
  auto dataset = open_split(options_, "train", options_.images_per_class);
  RandomView view;
  view.size = options_.crop_size;
  auto loader = loader_options(options_, dataset, seed_, device_);
  loader.batch_size = options_.batch_size;
  loader.recipe = std::vector<RandomView>{view, view};
  return Loader(std::move(dataset), loader);
}

Sgd Pretraining::make_optimizer() {
  method_->to(device_);
  to_channels_last(*method_);
  std::vector<SgdGroup> groups;
  for (const auto& [parameters, fix_lr] : method_->parameter_groups()) {
    auto& group = groups.emplace_back();
    group.parameters = parameters;
    group.lr = initial_lr_;
    group.momentum = options_.momentum;
    group.weight_decay = options_.weight_decay;
    group.fix_lr = fix_lr;
  }
  return Sgd(std::move(groups));
}

void Pretraining::resume() {
  load_state_dict(*method_, resumed_->state_dict, "", options_.resume);
  load_optimizer_state(optimizer_, resumed_->optimizer, options_.resume);
  start_ = {resumed_->epoch, recorded_step(resumed_->rdm)};
  summary_.checkpoint = options_.resume;
  resumed_.reset();
}

void Pretraining::announce() {
  int64_t parameters = 0;
  for (const auto& parameter : method_->parameters()) parameters += parameter.numel();
  sink_(StartEvent{"pretrain",
                   {{"arch", options_.arch},
                    {"parameters", parameters},
                    {"device", device_.str()},
                    {"precision", options_.precision == Precision::bf16 ? "bf16" : "fp32"},
                    {"classes", static_cast<int64_t>(loader_.dataset().classes.size())},
                    {"trainImages", loader_.dataset().size()},
                    {"stepsPerEpoch", loader_.steps_per_epoch()},
                    {"epochs", options_.epochs},
                    {"startEpoch", start_.epoch},
                    {"batchSize", options_.batch_size},
                    {"seed", static_cast<int64_t>(seed_)},
                    {"threads", torch::get_num_threads()},
                    {"libtorch", TORCH_VERSION}}});
  if (!options_.filter) return;
  if (auto warning = warn_against_theory(*options_.filter); !warning.empty()) {
    sink_(WarningEvent{"filter_direction", std::move(warning)});
  }
}

void Pretraining::save(const std::string& file, Position next, double loss) {
  const auto path = in_folder(options_.output, file);
  Checkpoint checkpoint;
  checkpoint.epoch = next.epoch;
  checkpoint.arch = options_.arch;
  checkpoint.state_dict = state_dict(*method_);
  checkpoint.optimizer = optimizer_state(optimizer_);
  checkpoint.rdm = make_record("pretrain", options_, seed_, next.step);
  save_checkpoint(path, checkpoint);
  summary_.checkpoint = path;
  summary_.epoch = next.epoch;
  summary_.loss = loss;
  sink_(CheckpointEvent{path, next.epoch, /*best=*/false});
}

bool Pretraining::train_epoch(int64_t epoch, int64_t first_step) {
  const int64_t steps = loader_.steps_per_epoch();
  const double lr = cosine_lr(initial_lr_, epoch, options_.epochs);
  optimizer_.set_lr(lr);
  const auto before = loader_.times();
  loader_.start(epoch, first_step);
  Feed feed(loader_, device_);
  Meters meters("train", epoch, steps, device_);

  for (int64_t step = first_step; auto batch = feed.next(); ++step) {
    meters.data_ready();
    const auto loss = train_step(*method_, optimizer_, batch->views, options_.precision);
    meters.update(loss, batch->labels.size(0));
    meters.step_done();
    ++summary_.steps;

    if (step % options_.print_freq == 0) {
      const auto event = meters.read(step, lr);
      check_finite(event.loss.value, epoch, step, lr, summary_.checkpoint);
      sink_(event);
    }
    if (stop_.stop_requested() && step + 1 < steps) {
      const double mean = meters.mean_loss();
      check_finite(mean, epoch, step, lr, summary_.checkpoint);
      report_bad_images(loader_, "train", options_.output, sink_, bad_images_);
      save("checkpoint_stopped.pth.tar", {epoch, step + 1}, mean);
      return false;
    }
  }
  const double mean = meters.images() > 0 ? meters.mean_loss() : summary_.loss.value_or(0);
  check_finite(mean, epoch, steps - 1, lr, summary_.checkpoint);
  report_bad_images(loader_, "train", options_.output, sink_, bad_images_);
  sink_(epoch_event(meters, epoch, mean, loader_.times(), before));
  char file[64];
  std::snprintf(file, sizeof file, "checkpoint_%04lld.pth.tar", static_cast<long long>(epoch));
  save(file, {epoch + 1, 0}, mean);
  return !stop_.stop_requested() || epoch + 1 == options_.epochs;
}

Summary Pretraining::run() {
  announce();
  method_->train();
  for (Position at = start_; at.epoch < options_.epochs; at = {at.epoch + 1, 0}) {
    if (!train_epoch(at.epoch, at.step)) {
      summary_.stopped = true;
      break;
    }
  }
  return summary_;
}

}  // namespace

Summary pretrain(const PretrainOptions& options, const Sink& sink, std::stop_token stop) {
  prepare_output(options.output);
  keep_freed_memory();
  return Pretraining(options, sink, std::move(stop)).run();
}

}  // namespace rdm
