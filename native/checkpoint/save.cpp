// Writing a checkpoint: the pickle, then one record for each tensor, in torch.save's zip layout.
#include <caffe2/serialize/inline_container.h>

#include <optional>

#include "base/error.h"
#include "checkpoint/atomic_file.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/pickle_writer.h"

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
            writer_.dict([&] { writer_.item("momentum_buffer", [&] { tensor(buffer); }); });
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

// LibTorch's zip writer ends the process if its output fails while it is being destroyed, so a
// failure is kept here, the rest swallowed, and the error raised between records.
class ZipOutput {
 public:
  explicit ZipOutput(const std::string& path) : file_(path), zip_(sink()) {}

  void record(const std::string& name, const void* data, size_t size) {
    zip_.writeRecord(name, data, size);
    if (failure_) throw *failure_;
  }

  void commit() {
    zip_.writeEndOfFile();
    if (failure_) throw *failure_;
    file_.commit();
  }

 private:
  std::function<size_t(const void*, size_t)> sink() {
    return [this](const void* data, size_t size) {
      try {
        if (!failure_) file_.write(data, size);
      } catch (const Error& error) {
        failure_ = error;
      }
      return size;
    };
  }

  AtomicFile file_;
  std::optional<Error> failure_;
  caffe2::serialize::PyTorchStreamWriter zip_;
};

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  CheckpointPickle contents;
  const std::string pickle = contents.write(checkpoint);
  ZipOutput zip(path);
  zip.record("data.pkl", pickle.data(), pickle.size());
  zip.record("byteorder", "little", 6);
  for (size_t i = 0; i < contents.tensors().size(); ++i) {
    const auto tensor = contents.tensors()[i].cpu().contiguous();
    zip.record("data/" + std::to_string(i), tensor.const_data_ptr(), tensor.nbytes());
  }
  zip.commit();
}

}  // namespace rdm
