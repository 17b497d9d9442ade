#include "options/options.h"

#include <algorithm>

#include "base/error.h"

namespace rdm {
namespace {

RandomView read_view(DictionaryReader& reader) {
  RandomView view;
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
  return view;
}

RandomView read_large_crop(const Plain& dictionary, int64_t size) {
  DictionaryReader reader(dictionary);
  auto view = read_view(reader);
  view.size = size;
  reader.finish();
  return view;
}

// As many as the dictionary says, all alike.
std::vector<RandomView> read_small_crops(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  int64_t count = 0;
  auto view = read_view(reader);
  reader.positive("count", count);
  reader.positive("size", view.size);
  reader.finish();
  return std::vector(static_cast<size_t>(count), view);
}

// None of the learnable predictor.
std::optional<FilterSpec> read_filter(DictionaryReader& reader) {
  std::string type, location, source, solver;
  double sigma = 0;
  bool keep_null_space = false;
  reader.read("predType", type);
  reader.read("predLocation", location);
  reader.read("sigma", sigma);
  reader.read("filterSource", source);
  reader.read("keepNullSpace", keep_null_space);
  reader.read("filterSolver", solver);
  if (type == "mlp") return std::nullopt;
  return parse_filter(type, location, sigma, source, keep_null_space, solver);
}

}  // namespace

void read_channels(DictionaryReader& reader, const char* key, std::optional<Channels>& into) {
  if (reader.dictionary(key).is_null()) return;
  std::vector<double> values;
  reader.read(key, values);
  RDM_CHECK(values.size() == 3, Code::usage, "option '", key, "' must hold three numbers");
  into = {static_cast<float>(values[0]), static_cast<float>(values[1]),
          static_cast<float>(values[2])};
}

void read_places(DictionaryReader& reader, Places& into) {
  const auto places = places_in(reader.dictionary("data"));
  RDM_CHECK(places, Code::usage, "option 'data' must be a place or a list of places");
  into = *places;
}

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

MethodOptions PretrainOptions::method_in(const Plain& record) {
  auto complete = *record.get_if<Plain::Dict>();
  complete.emplace_back("process", Plain());        // which no record has
  complete.emplace_back("patchSize", int64_t{16});  // where a record is older than patches
  const Plain dictionary(std::move(complete));
  DictionaryReader reader(dictionary);
  PretrainOptions options;
  options.NetworkOptions::read(reader);
  options.read_method(reader);
  return options.method;
}

void PretrainOptions::read_method(DictionaryReader& reader) {
  method.read(reader);
  method.arch = arch;
  method.stem = stem;
  method.patch_size = patch_size;
  method.image_size = image_size;
  method.filter = read_filter(reader);
}

void PretrainOptions::read_views(DictionaryReader& reader) {
  const auto& given = reader.list("views");
  RDM_CHECK(given.size() == views.size(), Code::usage, "option 'views' must hold two views");
  for (size_t i = 0; i < views.size(); ++i) views[i] = read_large_crop(given[i], crop_size);
  for (const auto& crops : reader.list("smallCrops")) {
    const auto alike = read_small_crops(crops);
    small_crops.insert(small_crops.end(), alike.begin(), alike.end());
  }
}

void PretrainOptions::read_schedule(DictionaryReader& reader) {
  reader.read(
      "schedule", schedule.shape,
      {{"cosine", Schedule::Shape::cosine}, {"warmup-cosine", Schedule::Shape::warmup_cosine}});
  reader.read("warmupEpochs", schedule.warmup_epochs);
  reader.read("warmupStartLr", schedule.warmup_start);
  reader.read("finalLr", schedule.end);
  reader.read("finalWeightDecay", schedule.final_weight_decay);
}

}  // namespace rdm
