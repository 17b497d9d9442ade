#include "evaluate/embed.h"

#include <torch/torch.h>

#include <array>
#include <limits>
#include <sstream>

#include "base/sha256.h"
#include "data/datasets/places.h"
#include "device/device.h"
#include "device/loading.h"
#include "evaluate/features.h"
#include "formats/atomic_file.h"
#include "run/bad_images.h"
#include "vectors/partial_file.h"

namespace rdm {
namespace {

Plain::List values_of(const std::array<float, 3>& colours) {
  return {double{colours[0]}, double{colours[1]}, double{colours[2]}};
}

std::string hexadecimal(uint64_t value) {
  std::ostringstream out;
  out << std::hex << value;
  return out.str();
}

const char* dataset_name(DatasetName dataset) {
  switch (dataset) {
    case DatasetName::cifar10: return "cifar10";
    case DatasetName::cifar100: return "cifar100";
    case DatasetName::imagenet100: return "imagenet100";
    case DatasetName::imagenet: return "imagenet";
    default: return "custom";
  }
}

// What decides over the rows: a file that was begun with another value of one of these is not gone
// on with. Batches are among them, as an image's last bits may depend on how many go through a
// network at once.
Plain::Dict describe_vectors(const EmbedOptions& options, const Dataset& dataset, int64_t dim,
                             torch::Device device) {
  const auto statistics = statistics_for(options, dataset);
  return {{"images", dataset.size()},
          {"dim", dim},
          {"dtype", options.half ? "float16" : "float32"},
          {"normalized", options.normalize},
          {"listing", hexadecimal(listing_hash(dataset))},
          {"pretrained", options.pretrained},
          {"weights", sha256_of(options.pretrained)},
          {"arch", options.arch},
          {"stem", options.stem.kind == Stem::Kind::cifar ? "cifar" : "imagenet"},
          {"stemPadding", options.stem.cifar_padding},
          {"features", name_of(options.features)},
          {"branch", name_of(options.branch)},
          {"cropSize", options.crop_size},
          {"valResize", options.val_resize},
          {"dataset", dataset_name(options.dataset)},
          {"mean", values_of(statistics.mean)},
          {"std", values_of(statistics.std)},
          {"decode", options.decode == Decode::fast ? "fast" : "exact"},
          {"maxImagePixels", options.max_image_pixels},
          {"valBatchSize", options.val_batch_size},
          {"precision", name_of(options.precision)},
          {"device", device.is_cpu() ? "cpu" : "cuda"}};
}

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

// A table as data/lists/path_table.h reads it, so that it is a place as well.
void write_listing(const std::string& path, const Dataset& dataset) {
  AtomicFile file(path);
  std::string text = dataset.labelled() ? "path,label\n" : "path\n";
  for (const auto& sample : dataset.samples) {
    text += cell(sample.path);
    if (dataset.labelled()) text += "," + cell(dataset.classes[sample.label]);
    text += '\n';
    if (text.size() < (1 << 20)) continue;
    file.write(text.data(), text.size());
    text.clear();
  }
  file.write(text.data(), text.size());
  file.commit();
}

// features: (n, D); the loader has put other images in the place of those that it could not read.
torch::Tensor rows_of(torch::Tensor features, const std::vector<int64_t>& images, int64_t first,
                      bool normalize) {
  features = features.to(torch::kFloat32);
  check_finite(features);
  if (normalize) features = torch::nn::functional::normalize(features);
  for (size_t i = 0; i < images.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    if (images[i] != first + row) features[row].fill_(std::numeric_limits<float>::quiet_NaN());
  }
  return features;
}

}  // namespace

Plain embed(const EmbedOptions& options, const Sink& sink, std::stop_token stop) {
  const auto device = choose_device(options);
  auto loader = evaluation_loader(options, open_looked_at(options), device, /*group=*/nullptr);
  const auto& dataset = loader.dataset();
  FrozenNetworks networks(options, options.pretrained, options.branch, device, /*group=*/nullptr);
  networks.require(options.features);
  const int64_t images = dataset.size(), dim = networks.dim(options.features);
  PartialFile file(options.file, describe_vectors(options, dataset, dim, device),
                   {images, dim, options.half, options.val_batch_size}, options.overwrite);
  const int64_t resumed = file.rows();
  const auto work = [&](const DeviceBatch& batch) {
    file.append(rows_of(networks.features(batch.views[0], options.features), batch.images,
                        file.rows(), options.normalize));
    sink(ProgressEvent{file.rows(), images});
  };
  const bool done = resumed == images || each_batch(loader, device, options.precision,
                                                    resumed / options.val_batch_size, stop, work);
  size_t reported = 0;
  report_bad_images(loader, "embedded", options.output, sink, reported, /*group=*/nullptr,
                    "and have rows of NaN");
  if (done) {
    file.sync();
    write_listing(options.file + ".csv", dataset);
  }
  return Plain::Dict{{"stopped", !done},
                     {"images", images},
                     {"rows", file.rows()},
                     {"dim", dim},
                     {"resumed", resumed},
                     {"places", sources_of(dataset)},
                     {"classes", static_cast<int64_t>(dataset.classes.size())}};
}

}  // namespace rdm
