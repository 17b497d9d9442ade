#include "options/options.h"

#include "base/dictionary_reader.h"
#include "base/error.h"

namespace rdm {
namespace {

void at_least(int64_t least, const char* flag, int64_t value) {
  RDM_CHECK(value >= least, Code::usage, flag, " must be at least ", least, ", not ", value);
}

void probability(const char* flag, double value) {
  RDM_CHECK(value >= 0 && value <= 1, Code::usage, flag, " must be between 0 and 1, not ", value);
}

void read_data(DictionaryReader& reader, DataOptions& options) {
  reader.read("data", options.data);
  reader.read("dataset", options.dataset,
              {{"custom", NamedDataset::custom},
               {"cifar10", NamedDataset::cifar10},
               {"cifar100", NamedDataset::cifar100},
               {"imagenet100", NamedDataset::imagenet100},
               {"imagenet", NamedDataset::imagenet}});
  reader.read("output", options.output);
  reader.read("workers", options.workers);
  reader.read("cropSize", options.crop_size);
  reader.read("imagesPerClass", options.images_per_class);
  reader.read("classes", options.classes);
  reader.read("maxImagePixels", options.max_image_pixels);
  reader.read("decode", options.decode, {{"exact", Decode::exact}, {"fast", Decode::fast}});
  reader.read("onBadImage", options.on_bad_image,
              {{"skip", OnBadImage::skip}, {"stop", OnBadImage::stop}});
  reader.read("valBatchSize", options.val_batch_size);
  reader.read("valResize", options.val_resize);
  reader.read("valImagesPerClass", options.val_images_per_class);
  at_least(1, "--workers", options.workers);
  at_least(1, "--crop-size", options.crop_size);
  at_least(0, "--images-per-class", options.images_per_class);
  at_least(1, "--max-image-pixels", options.max_image_pixels);
  at_least(1, "--val-batch-size", options.val_batch_size);
  at_least(0, "--val-images-per-class", options.val_images_per_class);
  RDM_CHECK(options.val_resize >= options.crop_size, Code::usage, "--val-resize ",
            options.val_resize, " is smaller than --crop-size ", options.crop_size);
}

ProcessOptions read_process(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  ProcessOptions process;
  reader.read("rank", process.rank);
  reader.read("worldSize", process.world_size);
  reader.read("localRank", process.local_rank);
  reader.read("localWorldSize", process.local_world_size);
  reader.read("host", process.host);
  reader.read("port", process.port);
  reader.read("serve", process.serve);
  reader.read("prefix", process.prefix);
  reader.read("backend", process.backend,
              {{"gloo", DistBackend::gloo}, {"nccl", DistBackend::nccl}});
  reader.read("timeout", process.timeout);
  reader.finish();
  return process;
}

void read_network(DictionaryReader& reader, NetworkOptions& options) {
  reader.read("arch", options.arch);
  reader.read("stem", options.stem.kind,
              {{"imagenet", Stem::Kind::imagenet}, {"cifar", Stem::Kind::cifar}});
  reader.read("stemPadding", options.stem.cifar_padding);
  reader.read("device", options.device);
  reader.read("gpu", options.gpu);
  reader.read("precision", options.precision,
              {{"fp32", Precision::fp32}, {"bf16", Precision::bf16}, {"fp16", Precision::fp16}});
  if (const auto& process = reader.dictionary("process"); !process.is_null()) {
    options.process = read_process(process);
  }
  RDM_CHECK(options.stem.cifar_padding == 1 || options.stem.cifar_padding == 2, Code::usage,
            "--stem-padding must be 1 or 2, not ", options.stem.cifar_padding);
}

void read_run(DictionaryReader& reader, RunOptions& options, const Plain& dictionary) {
  options.record = dictionary;
  read_data(reader, options);
  read_network(reader, options);
  reader.read("epochs", options.epochs);
  reader.read("startEpoch", options.start_epoch);
  reader.read("batchSize", options.batch_size);
  reader.read("lr", options.lr);
  reader.read("momentum", options.momentum);
  reader.read("weightDecay", options.weight_decay);
  reader.read("seed", options.seed);
  reader.read("printFreq", options.print_freq);
  reader.read("resume", options.resume);
  reader.read("resumeAnyway", options.resume_anyway);
  reader.read("checkpointSteps", options.checkpoint_steps);
  reader.read("checkpointSeconds", options.checkpoint_seconds);
  reader.read("onDivergence", options.roll_back, {{"stop", false}, {"rollback", true}});
  reader.read("maxSteps", options.max_steps);
  at_least(1, "--epochs", options.epochs);
  at_least(0, "--start-epoch", options.start_epoch);
  at_least(1, "--batch-size", options.batch_size);
  if (options.process) {
    RDM_CHECK(options.batch_size % options.process->local_world_size == 0, Code::usage,
              "--batch-size ", options.batch_size, " does not divide among the ",
              options.process->local_world_size, " processes of this node");
  }
  at_least(1, "--print-freq", options.print_freq);
  RDM_CHECK(!options.roll_back || !options.process || options.process->world_size == 1, Code::usage,
            "--on-divergence rollback is for a single process; several stop");
  at_least(0, "--checkpoint-every", options.checkpoint_steps);
  at_least(0, "--checkpoint-every", options.checkpoint_seconds);
}

RandomView read_view(const Plain& dictionary, int64_t size) {
  DictionaryReader reader(dictionary);
  RandomView view;
  view.size = size;
  reader.read("minScale", view.min_scale);
  reader.read("maxScale", view.max_scale);
  reader.read("interpolation", view.interpolation,
              {{"bilinear", Interpolation::bilinear}, {"bicubic", Interpolation::bicubic}});
  reader.read("jitterProb", view.jitter_p);
  reader.read("brightness", view.brightness);
  reader.read("contrast", view.contrast);
  reader.read("saturation", view.saturation);
  reader.read("hue", view.hue);
  reader.read("grayscaleProb", view.grayscale_p);
  reader.read("blurProb", view.blur_p);
  reader.read("solarizeProb", view.solarize_p);
  reader.read("equalizeProb", view.equalize_p);
  reader.read("flipProb", view.flip_p);
  reader.finish();
  RDM_CHECK(view.min_scale > 0 && view.min_scale <= view.max_scale && view.max_scale <= 1,
            Code::usage, "--crop-scale must be two rising shares of the image, not ",
            view.min_scale, ",", view.max_scale);
  RDM_CHECK(view.brightness >= 0 && view.contrast >= 0 && view.saturation >= 0 && view.hue >= 0 &&
                view.hue <= 0.5,
            Code::usage, "--jitter takes strengths of at least 0, the last (hue) of at most 0.5");
  probability("--jitter-prob", view.jitter_p);
  probability("--grayscale-prob", view.grayscale_p);
  probability("--blur-prob", view.blur_p);
  probability("--solarize-prob", view.solarize_p);
  probability("--equalize-prob", view.equalize_p);
  probability("--flip-prob", view.flip_p);
  return view;
}

void read_views(DictionaryReader& reader, PretrainOptions& options) {
  const auto& views = reader.list("views");
  RDM_CHECK(views.size() == 2, Code::usage, "option 'views' must hold two views");
  for (size_t i = 0; i < 2; ++i) options.views[i] = read_view(views[i], options.crop_size);
}

void read_filter(DictionaryReader& reader, MethodOptions& method) {
  std::string type, location, source, solver;
  double sigma = 0;
  bool keep_null_space = false;
  reader.read("predType", type);
  reader.read("predLocation", location);
  reader.read("sigma", sigma);
  reader.read("filterSource", source);
  reader.read("keepNullSpace", keep_null_space);
  reader.read("filterSolver", solver);
  if (type != "mlp") {
    method.filter = parse_filter(type, location, sigma, source, keep_null_space, solver);
  }
}

void read_method(DictionaryReader& reader, PretrainOptions& options) {
  auto& method = options.method;
  method.arch = options.arch;
  method.stem = options.stem;
  reader.read("method", method.name,
              {{"simsiam", MethodName::simsiam}, {"byol", MethodName::byol}});
  reader.read("zeroInitResidual", method.zero_init_residual);
  reader.read("dim", method.dim);
  reader.read("projHiddenDim", method.proj_hidden_dim);
  reader.read("predDim", method.pred_dim);
  reader.read("fixPredLr", method.fix_pred_lr);
  reader.read("baseTau", method.base_tau);
  reader.read("finalTau", method.final_tau);
  read_filter(reader, method);
  at_least(1, "--dim", method.dim);
  at_least(0, "--proj-hidden-dim", method.proj_hidden_dim);
  at_least(1, "--pred-dim", method.pred_dim);
  probability("--base-tau", method.base_tau);
  probability("--final-tau", method.final_tau);
}

void read_optimizer(DictionaryReader& reader, PretrainOptions& options) {
  bool lars = false;
  double eta = 0;
  reader.read("optimizer", lars, {{"sgd", false}, {"lars", true}});
  reader.read("larsEta", eta);
  if (lars) options.lars_eta = eta;
  reader.read(
      "schedule", options.schedule.shape,
      {{"cosine", Schedule::Shape::cosine}, {"warmup-cosine", Schedule::Shape::warmup_cosine}});
  reader.read("warmupEpochs", options.schedule.warmup_epochs);
  reader.read("warmupStartLr", options.schedule.warmup_start);
  reader.read("accumulate", options.accumulate);
  at_least(0, "--warmup-epochs", options.schedule.warmup_epochs);
  at_least(1, "--accumulate", options.accumulate);
}

void read_feature_layer(DictionaryReader& reader, FeatureLayer& layer, Branch& branch) {
  reader.read("features", layer,
              {{"backbone", FeatureLayer::backbone}, {"projector", FeatureLayer::projector}});
  reader.read("branch", branch, {{"online", Branch::online}, {"momentum", Branch::momentum}});
}

void read_spectrum(DictionaryReader& reader, SpectrumOptions& options) {
  read_data(reader, options);
  read_network(reader, options);
  reader.read("pretrained", options.pretrained);
  reader.read("images", options.images);
  at_least(0, "--images", options.images);
}

}  // namespace

const char* name_of(FeatureLayer layer) {
  return layer == FeatureLayer::backbone ? "backbone" : "projector";
}

const char* name_of(Precision precision) {
  switch (precision) {
    case Precision::bf16: return "bf16";
    case Precision::fp16: return "fp16";
    default: return "fp32";
  }
}

int64_t RunOptions::own_batch() const {
  return process ? batch_size / process->local_world_size : batch_size;
}

int64_t RunOptions::global_batch() const {
  return process ? own_batch() * process->world_size : batch_size;
}

PretrainOptions pretrain_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  PretrainOptions options;
  read_run(reader, options, dictionary);
  read_method(reader, options);
  read_views(reader, options);
  read_optimizer(reader, options);
  reader.read("onlineClassifier", options.online_classifier);
  reader.read("momentumClassifier", options.momentum_classifier);
  reader.read("classifierLr", options.classifier_lr);
  reader.read("rankEvery", options.rank_every);
  reader.read("knnEvery", options.knn_every);
  reader.read("keep", options.keep);
  reader.finish();
  at_least(1, "--rank-every", options.rank_every);
  at_least(0, "--knn-every", options.knn_every);
  at_least(0, "--keep", options.keep);
  RDM_CHECK(!options.momentum_classifier ||
                (options.online_classifier && options.method.name == MethodName::byol),
            Code::usage, "--momentum-classifier goes with --method byol and --online-classifier");
  return options;
}

LinclsOptions lincls_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  LinclsOptions options;
  read_run(reader, options, dictionary);
  reader.read("pretrained", options.pretrained);
  reader.read("lars", options.lars);
  reader.read("evaluate", options.evaluate);
  reader.read("schedule", options.schedule.shape,
              {{"cosine", Schedule::Shape::cosine}, {"step", Schedule::Shape::step}});
  reader.read("lrSteps", options.schedule.milestones);
  reader.finish();
  return options;
}

KnnOptions knn_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  KnnOptions options;
  options.record = dictionary;
  read_data(reader, options);
  read_network(reader, options);
  reader.read("pretrained", options.pretrained);
  read_feature_layer(reader, options.features, options.branch);
  for (const auto& entry : reader.list("votes")) {
    DictionaryReader vote_reader(entry);
    auto& vote = options.votes.emplace_back();
    vote_reader.read("k", vote.k);
    vote_reader.read("temperature", vote.temperature);
    vote_reader.read("distance", vote.distance,
                     {{"cosine", Distance::cosine}, {"euclidean", Distance::euclidean}});
    vote_reader.finish();
    at_least(1, "--k", vote.k);
    RDM_CHECK(vote.temperature > 0, Code::usage, "--temperature must be greater than 0, not ",
              vote.temperature);
  }
  reader.finish();
  return options;
}

SpectrumOptions spectrum_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  SpectrumOptions options;
  read_spectrum(reader, options);
  reader.finish();
  return options;
}

FeatureSetOptions feature_set_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  FeatureSetOptions options;
  read_spectrum(reader, options);
  read_feature_layer(reader, options.features, options.branch);
  reader.read("thumbnail", options.thumbnail);
  reader.finish();
  return options;
}

}  // namespace rdm
