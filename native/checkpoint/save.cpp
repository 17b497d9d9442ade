// Writing a checkpoint, and a state dict alone, as torch.save does.
#include "checkpoint/checkpoint.h"
#include "checkpoint/manifest.h"
#include "checkpoint/pickle_writer.h"
#include "formats/zip_writer.h"

namespace rdm {
namespace {

// The pickle, and the tensors it refers to as data/0, data/1, ….
class CheckpointPickle {
 public:
  std::string write(const Checkpoint& checkpoint) {
    writer_.dict([&] {
      writer_.item("epoch", [&] { writer_.integer(checkpoint.epoch); });
      writer_.item("arch", [&] { writer_.text(checkpoint.arch); });
      writer_.item("state_dict", [&] { state_dict(checkpoint.state_dict); });
      if (checkpoint.best_acc1) {
        writer_.item("best_acc1", [&] { writer_.real(*checkpoint.best_acc1); });
      }
      writer_.item("optimizer", [&] { optimizer(checkpoint.optimizer); });
      if (checkpoint.scaler) {
        writer_.item("scaler", [&] { writer_.plain(scaler(*checkpoint.scaler)); });
      }
      writer_.item("rdm", [&] { writer_.plain(checkpoint.rdm); });
    });
    return writer_.finish();
  }

  const std::vector<torch::Tensor>& tensors() const { return tensors_; }

 private:
  void tensor(const torch::Tensor& tensor) {
    writer_.tensor(tensor, std::to_string(tensors_.size()));
    tensors_.push_back(tensor.detach());
  }

  void state_dict(const StateDict& state) {
    writer_.ordered_dict([&] {
      for (const auto& [name, value] : state) {
        writer_.item("module." + name, [&] { tensor(value); });
      }
    });
  }

  void optimizer(const OptimizerState& state) {
    writer_.dict([&] {
      writer_.item("state", [&] {
        writer_.dict([&] {
          for (const auto& [index, buffer] : state.momentum_buffers) {
            writer_.integer(index);
            parameter_state(state, index, buffer);
          }
        });
      });
      writer_.item("param_groups", [&] {
        writer_.list([&] {
          for (const auto& group : state.groups) param_group(group);
        });
      });
    });
  }

  void parameter_state(const OptimizerState& state, int64_t index, const torch::Tensor& buffer) {
    const auto second = state.second_moments.find(index);
    writer_.dict([&] {
      if (second == state.second_moments.end()) {
        writer_.item("momentum_buffer", [&] { tensor(buffer); });
        return;
      }
      writer_.item("step", [&] { tensor(state.steps.at(index)); });
      writer_.item("exp_avg", [&] { tensor(buffer); });
      writer_.item("exp_avg_sq", [&] { tensor(second->second); });
    });
  }

  // GradScaler's defaults beside its state, so that its load_state_dict() takes it.
  static Plain scaler(const ScalerState& state) {
    return Plain::Dict{{"scale", state.scale},
                       {"growth_factor", 2.0},
                       {"backoff_factor", 0.5},
                       {"growth_interval", 2000},
                       {"_growth_tracker", state.growth_tracker}};
  }

  void param_group(const ParamGroup& group) {
    // What torch.optim.SGD keeps for each group beside what we use.
    Plain::Dict other{{"dampening", 0},     {"nesterov", false},       {"maximize", false},
                      {"foreach", Plain()}, {"differentiable", false}, {"fused", Plain()}};
    for (const auto& [key, value] : group.other) set(other, key, value);
    Plain::List params(group.params.begin(), group.params.end());
    Plain::Dict entries{
        {"lr", group.lr}, {"momentum", group.momentum}, {"weight_decay", group.weight_decay}};
    entries.insert(entries.end(), other.begin(), other.end());
    entries.emplace_back("fix_lr", group.fix_lr);
    entries.emplace_back("params", std::move(params));
    writer_.plain(entries);
  }

  static void set(Plain::Dict& dict, const std::string& key, const Plain& value) {
    for (auto& [name, old] : dict) {
      if (name == key) {
        old = value;
        return;
      }
    }
    dict.emplace_back(key, value);
  }

  pickle::Writer writer_;
  std::vector<torch::Tensor> tensors_;
};

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  CheckpointPickle contents;
  const std::string pickle = contents.write(checkpoint);
  write_zip(path, pickle, contents.tensors(),
            [&](const std::string& sha256) { write_manifest(path, sha256); });
}

void save_state_dict(const std::string& path, const StateDict& state) {
  pickle::Writer writer;
  std::vector<torch::Tensor> tensors;
  writer.ordered_dict([&] {
    for (const auto& [name, value] : state) {
      writer.item(name, [&] { writer.tensor(value, std::to_string(tensors.size())); });
      tensors.push_back(value);
    }
  });
  write_zip(path, writer.finish(), tensors, [](const std::string&) {});
}

}  // namespace rdm
