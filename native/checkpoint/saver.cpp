#include "checkpoint/saver.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "checkpoint/manifest.h"

namespace rdm {

namespace fs = std::filesystem;

std::optional<Place> place_of(const std::string& file) {
  static const std::regex pattern(R"(checkpoint_(\d{4,15})(?:-(\d{6,15}))?\.pth\.tar)");
  std::smatch found;
  if (!std::regex_match(file, found, pattern)) return std::nullopt;
  const int64_t epoch = std::stoll(found[1]);
  return found[2].matched ? Place(epoch, std::stoll(found[2])) : Place(epoch + 1, 0);
}

void Snapshot::take(Checkpoint checkpoint) {
  const torch::NoGradGuard no_grad;
  size_t next = 0;
  std::optional<torch::Device> device;  // that the tensors are on
  const auto copy = [&](torch::Tensor& tensor) {
    if (next == memory_.size()) memory_.emplace_back();
    auto& memory = memory_[next++];
    const bool fits = memory.defined() && memory.sizes() == tensor.sizes() &&
                      memory.scalar_type() == tensor.scalar_type();
    if (!fits) {
      const auto options =
          torch::TensorOptions(tensor.scalar_type()).pinned_memory(!tensor.is_cpu());
      memory = torch::empty(tensor.sizes(), options);
    }
    memory.copy_(tensor.detach(), /*non_blocking=*/true);
    if (!tensor.is_cpu()) device = tensor.device();
    tensor = memory;
  };
  checkpoint_ = std::move(checkpoint);
  for (auto& [name, tensor] : checkpoint_.state_dict) copy(tensor);
  each_tensor(checkpoint_.optimizer,
              [&](const char*, int64_t, torch::Tensor& tensor) { copy(tensor); });
  if (device) c10::impl::VirtualGuardImpl(device->type()).synchronizeDevice(device->index());
}

// The window of the last ones, and one more: a run that was killed may have been about to remove
// it.
Saver::Saver(std::string folder, Keep keep) : folder_(std::move(folder)), keep_(keep) {
  const auto found = numbered();
  const auto window = static_cast<size_t>(keep_.last) + 1;
  if (found.size() > window) oldest_ = found[window - 1].first;
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
  if (keep_.last > 0) prune(files[0]);
}

void Saver::verify(const std::string& path) const {
  if (const auto fault = find_fault(path)) {
    throw Error(Code::bad_output, message("cannot read ", path, " back: ", *fault),
                "The disk may be failing; choose another folder with --output.");
  }
}

std::vector<std::pair<Place, fs::path>> Saver::numbered() const {
  std::vector<std::pair<Place, fs::path>> found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder_, failure)) {
    const auto& path = entry.path();
    const auto place = place_of(path.filename().string());
    if (place && fs::exists(manifest_of(path.string()), failure)) found.emplace_back(*place, path);
  }
  std::ranges::sort(found, std::greater<>());
  return found;
}

// Keeps what leads up to the one that was written. What is further than that one is of a course
// that was given up, and goes first. Their times say nothing: clocks are set back, and copies have
// none.
void Saver::prune(const std::string& written) {
  const auto here = place_of(fs::path(written).filename().string());
  auto others = numbered();
  std::erase_if(others, [&](const auto& other) { return other.first == here; });
  std::ranges::stable_partition(others, [&](const auto& other) { return other.first < here; });
  std::error_code failure;
  for (size_t i = static_cast<size_t>(keep_.last) - 1; i < others.size(); ++i) {
    const auto& [place, path] = others[i];
    if (place < oldest_ || (place < here && keep_.milestone(place))) continue;
    fs::remove(path, failure);
    fs::remove(manifest_of(path.string()), failure);
  }
}

int64_t Saver::to_come(int64_t done, int64_t epochs) const {
  if (keep_.last == 0) return epochs - done;
  const int64_t begin = epochs - keep_.last;  // of epochs after it all stay
  const int64_t from = std::max(begin, done);
  int64_t more = epochs - from;
  if (keep_.every > 0) more += from / keep_.every - done / keep_.every;
  for (const auto& [place, path] : numbered()) {
    if (place >= oldest_ && place <= Place(begin, 0) && !keep_.milestone(place)) --more;
  }
  return std::max<int64_t>(more, 0) + 1;  // one is written before another goes
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
