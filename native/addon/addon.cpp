// The waist: the functions that TypeScript calls. They take and return plain values.
#include <napi.h>

#include <cstdlib>

#include "addon/failure.h"
#include "addon/job.h"
#include "addon/plain_value.h"
#include "base/dictionary_reader.h"
#include "data/datasets/survey.h"
#include "data/datasets/synthetic.h"
#include "data/loading/contact_sheet.h"
#include "evaluate/embed.h"
#include "evaluate/feature_set.h"
#include "evaluate/knn.h"
#include "evaluate/predict.h"
#include "evaluate/probe.h"
#include "evaluate/score.h"
#include "evaluate/spectrum.h"
#include "supervised/finetune.h"
#include "supervised/lincls.h"
#include "tools/data_statistics.h"
#include "tools/environment.h"
#include "tools/export.h"
#include "tools/hash_tensors.h"
#include "tools/inspect.h"
#include "tools/listing.h"
#include "train/pretrain.h"
#include "vectors/duplicates.h"
#include "vectors/nearest.h"

namespace rdm::addon {
namespace {

using Arguments = const Napi::CallbackInfo&;

const Plain& to_plain(const Plain& plain) {
  return plain;
}

// NAME(options, onEvent, inStep = false): a run on a thread of its own, which `work` does with the
// options that `read_options` makes of the dictionary.
template <auto read_options, auto work>
Napi::Value job(Arguments info) {
  return start_job(
      info.Env(), info[1].As<Napi::Function>(),
      [dictionary = from_js(info[0])](const Sink& sink, std::stop_token stop) {
        return to_plain(work(read_options(dictionary), sink, std::move(stop)));
      },
      info[2].ToBoolean() ? Pace::in_step : Pace::ahead);
}

// A short call, which nobody stops: it runs on libuv's pool and settles a promise.
class Call : public Napi::AsyncWorker {
 public:
  Call(Napi::Env env, std::function<Plain()> work)
      : AsyncWorker(env), deferred_(env), work_(std::move(work)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override {
    try {
      outcome_ = work_();
    } catch (...) {
      outcome_ = describe(std::current_exception());
    }
  }
  void OnOK() override {
    if (const auto* failure = std::get_if<Failure>(&outcome_)) {
      deferred_.Reject(to_js_error(Env(), *failure));
    } else {
      deferred_.Resolve(to_js(Env(), std::get<Plain>(outcome_)));
    }
  }

  Napi::Promise::Deferred deferred_;
  std::function<Plain()> work_;
  std::variant<Plain, Failure> outcome_;
};

template <auto function>
Napi::Value call(Arguments info) {
  auto* worker = new Call(info.Env(), [argument = from_js(info[0])] { return function(argument); });
  const auto promise = worker->promise();
  worker->Queue();
  return promise;
}

Plain inspect(const Plain& path) {
  return inspect_checkpoint(*path.get_if<std::string>());
}

Plain hash(const Plain& path) {
  return hash_tensors(*path.get_if<std::string>());
}

Plain synthesize_dataset(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  std::string output;
  SyntheticOptions options;
  int64_t seed = 0;
  reader.read("output", output);
  reader.read("trainPerClass", options.train_per_class);
  reader.read("valPerClass", options.val_per_class);
  reader.read("size", options.size);
  reader.read("seed", seed);
  reader.finish();
  options.seed = static_cast<uint64_t>(seed);
  return Plain::Dict{{"images", synthesize(output, options)}};
}

const Plain& as_given(const Plain& dictionary) {
  return dictionary;
}

// checkData({data, workers, maxImagePixels}, onEvent)
Plain check_data(const Plain& dictionary, const Sink& sink, std::stop_token stop) {
  DictionaryReader reader(dictionary);
  const auto data = places_in(reader.dictionary("data")).value_or(Places());
  int64_t workers = 1;
  CheckOptions options;
  reader.read("workers", workers);
  reader.read("maxImagePixels", options.max_image_pixels);
  reader.finish();
  options.workers = static_cast<int>(workers);
  options.stop = std::move(stop);
  options.progress = [&sink](int64_t done, int64_t total) { sink(ProgressEvent{done, total}); };
  return check_dataset(data, options);
}

// dataStats({data, exclude, images, workers, maxImagePixels}, onEvent)
Plain data_stats(const StatisticsOptions& options, const Sink& sink, std::stop_token stop) {
  const auto progress = [&sink](int64_t done, int64_t total) { sink(ProgressEvent{done, total}); };
  return data_statistics(options, progress, stop);
}

// contactSheet({paths, side})
Plain sheet_of(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  std::vector<std::string> paths;
  int64_t side = 0;
  for (const auto& path : reader.list("paths")) paths.push_back(*path.get_if<std::string>());
  reader.positive("side", side);
  reader.finish();
  return contact_sheet(paths, side);
}

Plain data_info(const Plain& data) {
  return dataset_info(places_in(data).value_or(Places()));
}

Napi::Value environment_now(Arguments info) {
  return to_js(info.Env(), environment());
}

// leave(code): no destructor of anything static is run.
void leave(Arguments info) {
  std::_Exit(info[0].ToNumber());
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  const auto add = [&](const char* name, auto function) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("pretrain", job<read_whole<PretrainOptions>, pretrain>);
  add("lincls", job<read_whole<LinclsOptions>, lincls>);
  add("finetune", job<read_whole<FinetuneOptions>, finetune>);
  add("knn", job<read_whole<KnnOptions>, knn>);
  add("predict", job<read_whole<PredictOptions>, predict>);
  add("probe", job<read_whole<ProbeOptions>, probe>);
  add("score", job<read_whole<ScoreOptions>, score>);
  add("spectrum", job<read_whole<SpectrumOptions>, spectrum>);
  add("features", job<read_whole<FeatureSetOptions>, feature_set>);
  add("embed", job<read_whole<EmbedOptions>, embed>);
  add("findDuplicates", job<as_given, find_duplicates>);
  add("nearestRows", call<nearest_rows>);
  add("contactSheet", call<sheet_of>);
  add("inspectCheckpoint", call<inspect>);
  add("exportCheckpoint", call<export_checkpoint>);
  add("hashTensors", call<hash>);
  add("checkData", job<as_given, check_data>);
  add("dataStats", job<read_whole<StatisticsOptions>, data_stats>);
  add("dataInfo", call<data_info>);
  add("synthesize", call<synthesize_dataset>);
  add("listImages", call<list_images>);
  add("shardFiles", call<shard_files>);
  add("environment", environment_now);
  add("leave", leave);
  return exports;
}

}  // namespace
}  // namespace rdm::addon

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  return rdm::addon::initialise(env, exports);
}
NODE_API_MODULE(rdm, init)
