#include "checkpoint/saver.h"

#include <torch/torch.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "checkpoint/manifest.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

bool is_numbered(const fs::path& path) {
  static const std::regex pattern(R"(checkpoint_\d{4,}(-\d+)?\.pth\.tar)");
  return std::regex_match(path.filename().string(), pattern);
}

}  // namespace

void Snapshot::take(Checkpoint checkpoint) {
  const torch::NoGradGuard no_grad;
  size_t next = 0;
  bool on_device = false;
  const auto copy = [&](torch::Tensor& tensor) {
    if (next == memory_.size()) memory_.emplace_back();
    auto& memory = memory_[next++];
    const bool fits = memory.defined() && memory.sizes() == tensor.sizes() &&
                      memory.scalar_type() == tensor.scalar_type();
    if (!fits) {
      const auto options =
          torch::TensorOptions(tensor.scalar_type()).pinned_memory(tensor.is_cuda());
      memory = torch::empty(tensor.sizes(), options);
    }
    memory.copy_(tensor.detach(), /*non_blocking=*/true);
    on_device = on_device || tensor.is_cuda();
    tensor = memory;
  };
  checkpoint_ = std::move(checkpoint);
  for (auto& [name, tensor] : checkpoint_.state_dict) copy(tensor);
  for (auto& [index, tensor] : checkpoint_.optimizer.momentum_buffers) copy(tensor);
  if (on_device) torch::cuda::synchronize();
}

void Saver::save(const std::string& file, Checkpoint checkpoint, bool best) {
  if (writer_.joinable()) writer_.join();
  snapshot_.take(std::move(checkpoint));
  std::vector<std::string> files{(fs::path(folder_) / file).string()};
  if (best) files.push_back((fs::path(folder_) / "model_best.pth.tar").string());
  busy_ = true;
  writer_ = std::jthread([this, files] {
    write(files);
    busy_ = false;
  });
}

void Saver::write(const std::vector<std::string>& files) {
  std::optional<Error> failure;
  try {
    for (const auto& path : files) {
      save_checkpoint(path, snapshot_.checkpoint());
      verify(path);
    }
  } catch (const Error& error) {
    failure = error;
  } catch (const std::exception& error) {
    failure = Error(Code::bad_output, message("cannot write ", files[0], ": ", error.what()));
  }
  {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
    if (failure) {
      const auto left = last_.empty() ? std::string("there is none yet")
                                      : message("the last one, ", last_, ", is intact");
      events_.push_back(WarningEvent{
          "not_saved",
          message("no checkpoint was saved: ", failure->what(), "; ", left, "; training goes on")});
      return;
    }
    last_ = files[0];
    events_.push_back(
        CheckpointEvent{files[0], snapshot_.checkpoint().epoch, /*best=*/files.size() > 1});
  }
  if (keep_ > 0) prune(files[0]);
}

void Saver::verify(const std::string& path) const {
  if (const auto fault = find_fault(path)) {
    throw Error(Code::bad_output, message("cannot read ", path, " back: ", *fault),
                "The disk may be failing; choose another folder with --output.");
  }
}

// Removes all but the newest. Files without a manifest stay, as they are not ours.
void Saver::prune(const std::string& written) {
  std::vector<std::pair<fs::file_time_type, fs::path>> others;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder_, failure)) {
    const auto& path = entry.path();
    if (!is_numbered(path) || path.filename() == fs::path(written).filename()) continue;
    if (!fs::exists(manifest_of(path.string()), failure)) continue;
    others.emplace_back(fs::last_write_time(path, failure), path);
  }
  std::ranges::sort(others, std::greater<>());
  for (size_t i = static_cast<size_t>(keep_) - 1; i < others.size(); ++i) {
    fs::remove(others[i].second, failure);
    fs::remove(manifest_of(others[i].second.string()), failure);
  }
}

std::vector<Event> Saver::take_events() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

void Saver::finish() {
  if (writer_.joinable()) writer_.join();
  const std::lock_guard lock(mutex_);
  if (failure_) throw *failure_;
}

std::string Saver::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void Saver::set_last(std::string path) {
  const std::lock_guard lock(mutex_);
  last_ = std::move(path);
}

}  // namespace rdm
