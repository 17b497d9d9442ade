#include "tools/export.h"

#include "base/dictionary_reader.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "checkpoint/pickle_writer.h"
#include "checkpoint/safetensors.h"
#include "formats/atomic_file.h"
#include "models/encoder.h"
#include "models/weights.h"
#include "tools/detectron2.h"

namespace rdm {
namespace {

enum class ExportFormat { torchvision, timm, safetensors, detectron2 };

struct ExportOptions {
  std::string checkpoint, output, format_name;
  ExportFormat format = ExportFormat::torchvision;
  Branch branch = Branch::online;
};

ExportOptions read_options(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  ExportOptions options;
  reader.read("checkpoint", options.checkpoint);
  reader.read("output", options.output);
  reader.read("format", options.format_name);
  reader.read("format", options.format,
              {{"torchvision", ExportFormat::torchvision},
               {"timm", ExportFormat::timm},
               {"safetensors", ExportFormat::safetensors},
               {"detectron2", ExportFormat::detectron2}});
  reader.read("branch", options.branch,
              {{"online", Branch::online}, {"momentum", Branch::momentum}});
  reader.finish();
  return options;
}

// As the weights tell it.
BackboneSpec spec_of(const Backbone& backbone) {
  const auto shapes = shapes_of(backbone.weights);
  BackboneSpec spec{.arch = backbone.arch};
  if (const int64_t patch = patch_of(shapes); patch > 0) {
    spec.patch_size = patch;
    spec.image_size = image_of(shapes);
  }
  return spec;
}

// The library loads names and shapes strictly, so they must be those of the network it builds.
void check_shapes(const Backbone& backbone, const std::string& path, const char* hint) {
  constexpr int64_t kAny = 1;
  const auto& classifier = backbone.classifier;
  auto network =
      make_network(spec_of(backbone), classifier.empty() ? kAny : classifier[0].second.size(0));
  auto weights = backbone.weights;
  try {
    if (!classifier.empty()) {
      load_state_dict(*network->classifier(), classifier, backbone.head + ".", path);
    }
    load_backbone_weights(*network, weights, path);
  } catch (const Error& error) {
    throw Error(error.code, error.what(), hint);
  }
}

// Refuses a network that the other library cannot build, at all or with these first layers.
void refuse_foreign(const Backbone& backbone, const ExportOptions& options) {
  constexpr const char* kHint = "Export it with --to safetensors, which takes any network.";
  const auto shapes = shapes_of(backbone.weights);
  if (backbone.arch.empty()) {
    throw Error(Code::bad_checkpoint,
                message(options.checkpoint, " holds no network that ", options.format_name,
                        " has under a name"),
                kHint);
  }
  if (patch_of(shapes) > 0) {
    if (options.format != ExportFormat::timm) {
      throw Error(Code::bad_checkpoint,
                  message(options.checkpoint, " holds a ", backbone.arch, ", and ",
                          options.format_name, " has no Vision Transformer with its names"),
                  "Export it with --to timm, or with --to safetensors, which takes any network.");
    }
  } else if (stem_of(shapes) != "imagenet") {
    throw Error(Code::bad_checkpoint,
                message(options.checkpoint, " has the cifar stem (3x3, no max-pool), and the ",
                        backbone.arch, " of ", options.format_name, " has a 7x7 one"),
                kHint);
  }
  check_shapes(backbone, options.checkpoint, kHint);
}

// Writes the file that detectron2's own converters write for its checkpointer.
void save_detectron2(const std::string& path, const StateDict& state) {
  pickle::Writer writer;
  writer.dict([&] {
    writer.item("model", [&] {
      writer.dict([&] {
        for (const auto& [name, tensor] : state) {
          writer.item(detectron2_name(name), [&] { writer.array(tensor); });
        }
      });
    });
    writer.item("__author__", [&] { writer.text("rdm"); });
    writer.item("matching_heuristics", [&] { writer.boolean(true); });
  });
  const auto pickle = writer.finish();
  AtomicFile file(path);
  file.write(pickle.data(), pickle.size());
  file.commit();
}

void save(const ExportOptions& options, const Backbone& backbone, const StateDict& state) {
  switch (options.format) {
    case ExportFormat::torchvision:
    case ExportFormat::timm: return save_state_dict(options.output, state);
    case ExportFormat::detectron2: return save_detectron2(options.output, state);
    case ExportFormat::safetensors:
      return save_safetensors(options.output, state, {{"format", "pt"}, {"arch", backbone.arch}});
  }
}

}  // namespace

Plain export_checkpoint(const Plain& dictionary) {
  const auto options = read_options(dictionary);
  auto backbone = load_backbone(options.checkpoint, /*arch=*/"", options.branch);
  if (options.format != ExportFormat::safetensors) refuse_foreign(backbone, options);
  auto state = backbone.weights;
  const auto& classifier = backbone.classifier;
  if (options.format != ExportFormat::detectron2) {
    state.insert(state.end(), classifier.begin(), classifier.end());
  }
  save(options, backbone, state);
  int64_t parameters = 0;
  for (const auto& [name, tensor] : state) parameters += tensor.numel();
  const bool classifies = state.size() > backbone.weights.size();
  const auto shapes = shapes_of(backbone.weights);
  const auto pixels = [&](int64_t size) { return patch_of(shapes) > 0 ? Plain(size) : Plain(); };
  return Plain::Dict{
      {"format", options.format_name},
      {"kind", backbone.kind},
      {"arch", backbone.arch.empty() ? Plain() : Plain(backbone.arch)},
      {"patchSize", pixels(patch_of(shapes))},
      {"imageSize", pixels(image_of(shapes))},
      {"branch", name_of(options.branch)},
      {"classes", classifies ? Plain(classifier.front().second.size(0)) : Plain()},
      {"keys", static_cast<int64_t>(state.size())},
      {"parameters", parameters},
  };
}

}  // namespace rdm
