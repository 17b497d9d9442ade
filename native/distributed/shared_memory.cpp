#include "distributed/shared_memory.h"

#include <torch/torch.h>

#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>
#include <stdexcept>
#include <thread>
#endif

#include "base/error.h"

namespace rdm {

#ifdef __linux__

namespace {

using namespace std::chrono_literals;
using torch::Tensor;
using Tensors = std::vector<Tensor>;
using WorkPtr = c10::intrusive_ptr<c10d::Work>;

constexpr size_t kSlot = 1 << 20;  // bytes of a rank's part of a message
constexpr size_t kLine = 64;       // bytes between the counters of two ranks
constexpr const char* kName = "shared memory/name";
constexpr int kLooks = 4000;  // for another rank, before each look waits a little

std::string random_name() {
  std::random_device random;
  return message("/rdm-", random(), "-", random());
}

// A file in memory under a name, while it lives; the memory stays until nobody maps it.
class Name {
 public:
  Name(std::string name, bool made_here) : name_(std::move(name)), made_here_(made_here) {}
  ~Name() {
    if (made_here_) shm_unlink(name_.c_str());
  }
  Name(const Name&) = delete;
  Name& operator=(const Name&) = delete;

  // Null where there is no such file, or no room for it.
  void* map(size_t bytes) const {
    const int file = shm_open(name_.c_str(), made_here_ ? O_CREAT | O_EXCL | O_RDWR : O_RDWR, 0600);
    if (file < 0) return nullptr;
    const bool room = !made_here_ || posix_fallocate(file, 0, static_cast<off_t>(bytes)) == 0;
    void* const memory =
        room ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    close(file);
    return memory == MAP_FAILED ? nullptr : memory;
  }

 private:
  std::string name_;
  bool made_here_;
};

// Whether all ranks say yes.
bool all_agree(c10d::Store& store, const ProcessOptions& options, bool yes) {
  if (yes) store.add("shared memory/yes", 1);
  store.add("shared memory/asked", 1);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout);
  while (store.add("shared memory/asked", 0) < options.world_size) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("a rank did not come");
    std::this_thread::sleep_for(2ms);
  }
  return store.add("shared memory/yes", 0) == options.world_size;
}

// A counter of each rank, and two sets of slots, one a rank. While some still read one set, others
// write to the other.
class Region {
 public:
  Region(void* memory, size_t bytes, const ProcessOptions& options)
      : memory_(static_cast<std::byte*>(memory)),
        bytes_(bytes),
        rank_(static_cast<size_t>(options.rank)),
        size_(static_cast<size_t>(options.world_size)),
        timeout_(options.timeout) {}
  ~Region() { munmap(memory_, bytes_); }
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  static size_t bytes_for(int64_t ranks) {
    return static_cast<size_t>(ranks) * (kLine + 2 * kSlot);
  }

  // x: contiguous. Each rank adds up its share of a message, so that all have the same
  // bits.
  void sum(const Tensor& x) {
    const auto values_of_slot = static_cast<int64_t>(kSlot / x.element_size());
    const auto values = x.view(-1);
    for (int64_t at = 0; at < values.numel(); at += values_of_slot) {
      const auto part = values.narrow(0, at, std::min(values_of_slot, values.numel() - at));
      const auto share = [&](const Tensor& of, size_t rank) {
        const auto n = static_cast<size_t>(part.numel());
        const auto from = static_cast<int64_t>(n * rank / size_);
        return of.narrow(0, from, static_cast<int64_t>(n * (rank + 1) / size_) - from);
      };
      const auto slots = [&](size_t rank) {
        return torch::from_blob(slot(rank), {part.numel()}, x.scalar_type());
      };
      slots(rank_).copy_(part);
      meet();
      for (size_t rank = 0; rank < size_; ++rank) {
        if (rank != rank_) share(slots(rank_), rank_).add_(share(slots(rank), rank_));
      }
      meet();
      for (size_t rank = 0; rank < size_; ++rank) share(part, rank).copy_(share(slots(rank), rank));
      set_ = 1 - set_;
    }
  }

  // All contiguous, outputs by rank.
  void gather(const Tensor& x, const Tensors& outputs) {
    const size_t bytes = x.nbytes();
    for (size_t at = 0; at < bytes; at += kSlot) {
      const size_t part = std::min(kSlot, bytes - at);
      std::memcpy(slot(rank_), static_cast<const std::byte*>(x.const_data_ptr()) + at, part);
      meet();
      for (size_t rank = 0; rank < size_; ++rank) {
        std::memcpy(static_cast<std::byte*>(outputs[rank].data_ptr()) + at, slot(rank), part);
      }
      set_ = 1 - set_;
    }
  }

  void abort() { aborted_ = true; }  // from any thread

 private:
  std::byte* slot(size_t rank) const {
    return memory_ + size_ * kLine + (set_ * size_ + rank) * kSlot;
  }

  std::atomic_ref<uint64_t> met(size_t rank) const {
    return std::atomic_ref(*reinterpret_cast<uint64_t*>(memory_ + rank * kLine));
  }

  // Waits until every rank is here.
  void meet() {
    met(rank_).store(++round_, std::memory_order_release);
    const auto until = std::chrono::steady_clock::now() + timeout_;
    for (size_t rank = 0; rank < size_; ++rank) {
      for (int looks = 0; met(rank).load(std::memory_order_acquire) < round_; ++looks) {
        if (aborted_) throw std::runtime_error("another process is lost");
        if (looks < kLooks) {
          std::this_thread::yield();
          continue;
        }
        std::this_thread::sleep_for(50us);
        if (std::chrono::steady_clock::now() > until)
          throw std::runtime_error(message("rank ", rank, " did not enter a collective"));
      }
    }
  }

  std::byte* memory_;
  size_t bytes_, rank_, size_;
  std::chrono::seconds timeout_;
  uint64_t round_ = 0;
  size_t set_ = 0;
  std::atomic<bool> aborted_ = false;
};

// Null where not every rank can map it. The name is gone when all have tried.
std::shared_ptr<Region> share_region(c10d::Store& store, const ProcessOptions& options) {
  const bool first = options.rank == 0;
  const auto text = first ? random_name() : get_text(store, kName);
  const Name name(text, /*made_here=*/first);
  const size_t bytes = Region::bytes_for(options.world_size);
  void* const memory = name.map(bytes);
  if (first) set_text(store, kName, text);
  const auto region = memory ? std::make_shared<Region>(memory, bytes, options) : nullptr;
  return all_agree(store, options, region != nullptr) ? region : nullptr;
}

class SharedMemory : public c10d::Backend {
 public:
  SharedMemory(c10::intrusive_ptr<c10d::Backend> below, std::shared_ptr<Region> region)
      : Backend(below->getRank(), below->getSize()),
        below_(std::move(below)),
        region_(std::move(region)) {}

  const std::string getBackendName() const override { return "shared memory"; }

  WorkPtr allreduce(Tensors& tensors, const c10d::AllreduceOptions& options) override {
    const auto& x = tensors[0];
    const bool fits = tensors.size() == 1 && x.is_cpu() && x.is_floating_point() &&
                      x.is_contiguous() && options.reduceOp == c10d::ReduceOp::SUM;
    if (!fits) return below_->allreduce(tensors, options);
    const torch::NoGradGuard no_grad;
    region_->sum(x);
    return done(tensors);
  }

  WorkPtr allgather(std::vector<Tensors>& outputs, Tensors& inputs,
                    const c10d::AllgatherOptions& options) override {
    const auto fits = [](const Tensor& x) { return x.is_cpu() && x.is_contiguous(); };
    if (inputs.size() != 1 || !fits(inputs[0]) ||
        !std::all_of(outputs[0].begin(), outputs[0].end(), fits))
      return below_->allgather(outputs, inputs, options);
    region_->gather(inputs[0], outputs[0]);
    return done(outputs[0]);
  }

  WorkPtr broadcast(Tensors& tensors, const c10d::BroadcastOptions& options) override {
    return below_->broadcast(tensors, options);
  }

 private:
  static WorkPtr done(const Tensors& tensors) {
    auto future =
        c10::make_intrusive<c10::ivalue::Future>(c10::ListType::create(c10::TensorType::get()));
    future->markCompleted(c10::IValue(tensors));
    return c10d::Work::create_from_future(future);
  }

  c10::intrusive_ptr<c10d::Backend> below_;
  std::shared_ptr<Region> region_;
};

}  // namespace

Carrier through_shared_memory(const Carrier& below, const StorePtr& store,
                              const ProcessOptions& options) {
  if (options.local_world_size != options.world_size) return below;
  const auto region = share_region(*store, options);
  if (!region) return below;
  return {c10::make_intrusive<SharedMemory>(below.backend, region), [below, region] {
            region->abort();
            below.abort();
          }};
}

#else

Carrier through_shared_memory(const Carrier& below, const StorePtr&, const ProcessOptions&) {
  return below;
}

#endif

}  // namespace rdm
