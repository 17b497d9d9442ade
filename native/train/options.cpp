#include "train/options.h"

#include "base/dictionary_reader.h"
#include "base/error.h"

namespace rdm {
namespace {

void at_least(int64_t least, const char* flag, int64_t value) {
  RDM_CHECK(value >= least, Code::usage, flag, " must be at least ", least, ", not ", value);
}

// One of two names.
template <typename T>
T read_choice(DictionaryReader& reader, const char* key, const std::pair<const char*, T>& first,
              const std::pair<const char*, T>& second) {
  std::string name;
  reader.read(key, name);
  if (name == first.first) return first.second;
  if (name == second.first) return second.second;
  throw Error(Code::usage, message("unknown ", key, " '", name, "'"),
              message("choose one of: ", first.first, ", ", second.first));
}

void read_run(DictionaryReader& reader, RunOptions& options, const Plain& dictionary) {
  options.record = dictionary;
  reader.read("data", options.data);
  reader.read("output", options.output);
  reader.read("arch", options.arch);
  reader.read("epochs", options.epochs);
  reader.read("startEpoch", options.start_epoch);
  reader.read("batchSize", options.batch_size);
  reader.read("lr", options.lr);
  reader.read("momentum", options.momentum);
  reader.read("weightDecay", options.weight_decay);
  reader.read("workers", options.workers);
  reader.read("seed", options.seed);
  reader.read("printFreq", options.print_freq);
  reader.read("resume", options.resume);
  reader.read("device", options.device);
  reader.read("gpu", options.gpu);
  reader.read("cropSize", options.crop_size);
  reader.read("imagesPerClass", options.images_per_class);
  reader.read("classes", options.classes);
  reader.read("maxImagePixels", options.max_image_pixels);
  options.precision = read_choice<Precision>(reader, "precision", {"fp32", Precision::fp32},
                                             {"bf16", Precision::bf16});
  options.decode =
      read_choice<Decode>(reader, "decode", {"exact", Decode::exact}, {"fast", Decode::fast});
  options.on_bad_image = read_choice<OnBadImage>(reader, "onBadImage", {"skip", OnBadImage::skip},
                                                 {"stop", OnBadImage::stop});
  at_least(1, "--epochs", options.epochs);
  at_least(0, "--start-epoch", options.start_epoch);
  at_least(1, "--batch-size", options.batch_size);
  at_least(1, "--workers", options.workers);
  at_least(1, "--print-freq", options.print_freq);
  at_least(1, "--crop-size", options.crop_size);
  at_least(0, "--images-per-class", options.images_per_class);
  at_least(1, "--max-image-pixels", options.max_image_pixels);
}

}  // namespace

PretrainOptions pretrain_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  PretrainOptions options;
  read_run(reader, options, dictionary);
  reader.read("dim", options.dim);
  reader.read("predDim", options.pred_dim);
  reader.read("fixPredLr", options.fix_pred_lr);
  std::string type, location, source;
  double sigma = 0;
  bool keep_null_space = false;
  reader.read("predType", type);
  reader.read("predLocation", location);
  reader.read("sigma", sigma);
  reader.read("filterSource", source);
  reader.read("keepNullSpace", keep_null_space);
  reader.finish();
  at_least(1, "--dim", options.dim);
  at_least(1, "--pred-dim", options.pred_dim);
  if (type != "mlp") options.filter = parse_filter(type, location, sigma, source, keep_null_space);
  return options;
}

LinclsOptions lincls_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  LinclsOptions options;
  read_run(reader, options, dictionary);
  reader.read("pretrained", options.pretrained);
  reader.read("lars", options.lars);
  reader.read("evaluate", options.evaluate);
  reader.read("valBatchSize", options.val_batch_size);
  reader.read("valResize", options.val_resize);
  reader.read("valImagesPerClass", options.val_images_per_class);
  reader.finish();
  at_least(1, "--val-batch-size", options.val_batch_size);
  RDM_CHECK(options.val_resize >= options.crop_size, Code::usage, "--val-resize ",
            options.val_resize, " is smaller than --crop-size ", options.crop_size);
  at_least(0, "--val-images-per-class", options.val_images_per_class);
  return options;
}

}  // namespace rdm
