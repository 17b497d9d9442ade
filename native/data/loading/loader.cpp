#include "data/loading/loader.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/error.h"
#include "data/loading/clock.h"
#include "data/loading/ring.h"
#include "data/loading/worker.h"
#include "data/pixels/view.h"

namespace rdm {
using detail::Ring;
using detail::Slot;

namespace {

std::vector<int64_t> sizes_of(const Augmentation& augmentation) {
  if (const auto* centre = std::get_if<CentreView>(&augmentation)) return {centre->size};
  std::vector<int64_t> sizes;
  for (const auto& view : std::get<std::vector<RandomView>>(augmentation)) {
    sizes.push_back(view.size);
  }
  return sizes;
}

}  // namespace

struct Loader::Impl {
  Dataset dataset;
  LoaderOptions options;
  BadImageList bad;
  std::shared_ptr<Ring> ring = std::make_shared<Ring>();

  // The epoch in progress; guarded by ring->mutex.
  std::vector<int64_t> order;
  int64_t epoch = 0;
  int64_t next_place = 0, end_place = 0;  // places of the order that no worker has claimed
  int64_t next_step = 0;                  // of the batch that `next` hands out
  int working = 0;                        // workers that are making the views of an image
  bool running = false, quit = false;

  std::atomic<int64_t> decode_ns{0}, augment_ns{0}, consumer_ns{0};
  std::vector<std::jthread> workers;

  int64_t images() const { return options.share.size(dataset.size()); }  // of an epoch

  int64_t steps() const {
    const int64_t n = images(), b = options.batch_size;
    return options.drop_last ? n / b : (n + b - 1) / b;
  }

  Slot* find_slot(Slot::State state) {
    const auto found = std::find_if(ring->slots.begin(), ring->slots.end(),
                                    [state](const Slot& slot) { return slot.state == state; });
    return found == ring->slots.end() ? nullptr : &*found;
  }

  // The slot for the next image; nothing while the training loop holds the slots that are missing.
  Slot* claim() {
    const int64_t step = next_place / options.batch_size;
    auto& filling = ring->filling;
    if (!filling.empty() && filling.back()->step == step) return filling.back();
    Slot* slot = find_slot(Slot::State::free);
    if (!slot) return nullptr;
    slot->state = Slot::State::filling;
    slot->step = step;
    slot->size = std::min(options.batch_size, images() - step * options.batch_size);
    slot->remaining = slot->size;
    slot->failure = nullptr;
    filling.push_back(slot);
    return slot;
  }

  // Drops the epoch in progress and waits until no worker writes to a slot.
  void halt(std::unique_lock<std::mutex>& lock) {
    running = false;
    ring->changed.wait(lock, [this] { return working == 0; });
    for (Slot* slot : ring->filling) slot->state = Slot::State::free;
    ring->filling.clear();
  }

  ~Impl() {
    {
      std::lock_guard lock(ring->mutex);
      quit = true;
    }
    ring->changed.notify_all();
    workers.clear();  // joins
  }

  void work(Worker& worker);
};

void Loader::Impl::work(Worker& worker) {
  std::vector<void*> out(ring->sizes.size());
  std::unique_lock lock(ring->mutex);
  while (true) {
    ring->changed.wait(lock, [this] { return quit || (running && next_place < end_place); });
    if (quit) return;
    Slot* slot = claim();
    if (!slot) {
      const auto begin = Clock::now();
      ring->changed.wait(lock);
      consumer_ns += nanoseconds(begin, Clock::now());
      continue;
    }
    const int64_t index = next_place % options.batch_size;
    const int64_t image = order[next_place++];
    ++working;
    lock.unlock();

    int64_t used = image;
    std::exception_ptr failure;
    try {
      for (int view = 0; view < ring->views(); ++view) out[view] = ring->at(*slot, view, index);
      used = worker.make_views(epoch, image, out);
    } catch (...) {
      failure = std::current_exception();
    }
    const auto [decode, augment] = worker.times();
    decode_ns += decode;
    augment_ns += augment;

    lock.lock();
    slot->labels[index] = dataset.samples[used].label;
    slot->images[index] = used;
    if (failure && (!slot->failure || index < slot->failed_at)) {
      slot->failure = failure;
      slot->failed_at = index;
    }
    --working;
    if (--slot->remaining == 0 || !running) ring->changed.notify_all();
  }
}

Loader::Loader(Dataset dataset, LoaderOptions options) : impl_(std::make_unique<Impl>()) {
  auto& self = *impl_;
  self.dataset = std::move(dataset);
  self.options = std::move(options);
  const auto& o = self.options;
  RDM_CHECK(o.batch_size > 0, Code::usage, "the batch size must be at least 1, not ", o.batch_size);
  if (self.steps() == 0 && (o.drop_last || self.dataset.size() == 0)) {
    throw Error(Code::bad_data,
                message("fewer images than a batch: ", self.dataset.size(), " in ",
                        self.dataset.root, ", the batch size is ", o.batch_size * o.share.ranks),
                "use a smaller batch size (-b) or more images");
  }
  auto& ring = *self.ring;
  ring.batch_size = std::clamp<int64_t>(self.images(), 1, o.batch_size);  // no batch has more
  ring.sizes = sizes_of(o.augmentation);
  ring.slots.resize(std::max(o.prefetch, 1) + 1);
  if (o.bytes) ring.value_bytes = 1;
  const size_t pixels = ring.bytes(ring.views());
  const size_t labels = (pixels + sizeof(int64_t) - 1) / sizeof(int64_t);  // begin after so many
  const size_t bytes = (labels + static_cast<size_t>(ring.batch_size)) * sizeof(int64_t);
  for (auto& slot : ring.slots) {
    slot.memory =
        o.allocate ? o.allocate(bytes) : std::shared_ptr<void>(std::malloc(bytes), std::free);
    if (!slot.memory) throw std::bad_alloc();
    slot.labels = static_cast<int64_t*>(slot.memory.get()) + labels;
    slot.images.resize(ring.batch_size);
  }
  for (int i = 0; i < std::max(o.workers, 1); ++i) {
    auto worker = std::make_unique<Worker>(self.dataset, self.options, self.bad);
    self.workers.emplace_back([&self, worker = std::move(worker)] { self.work(*worker); });
  }
}

Loader::~Loader() = default;

const Dataset& Loader::dataset() const {
  return impl_->dataset;
}
const LoaderOptions& Loader::options() const {
  return impl_->options;
}
int64_t Loader::steps_per_epoch() const {
  return impl_->steps();
}
size_t Loader::most_held() const {
  return impl_->ring->slots.size() - 1;
}

void Loader::start(int64_t epoch, int64_t first_step) {
  auto& self = *impl_;
  RDM_CHECK(epoch >= 0 && first_step >= 0 && first_step <= self.steps(), Code::internal,
            "no epoch begins at step ", first_step, " of ", self.steps());
  std::unique_lock lock(self.ring->mutex);
  self.halt(lock);
  self.order = self.options.share.of(
      epoch_order(self.dataset.size(), self.options.seed, epoch, self.options.shuffle));
  self.epoch = epoch;
  self.next_step = first_step;
  self.next_place = first_step * self.options.batch_size;
  self.end_place = std::min(self.steps() * self.options.batch_size, self.images());
  self.running = true;
  self.ring->changed.notify_all();
}

std::optional<Batch> Loader::next() {
  auto& self = *impl_;
  std::unique_lock lock(self.ring->mutex);
  if (!self.running || self.next_step >= self.steps()) return std::nullopt;
  auto& filling = self.ring->filling;
  if (filling.empty() && !self.find_slot(Slot::State::free)) {
    throw std::logic_error("every batch of the ring is held; give one back first");
  }
  self.ring->changed.wait(lock,
                          [&] { return !filling.empty() && filling.front()->remaining == 0; });
  Slot* slot = filling.front();
  filling.erase(filling.begin());
  ++self.next_step;
  slot->state = Slot::State::held;
  Batch batch(self.ring, slot);
  if (slot->failure) {
    self.running = false;
    lock.unlock();  // the batch gives its slot back
    std::rethrow_exception(slot->failure);
  }
  return batch;
}

std::vector<BadImage> Loader::bad_images() const {
  return impl_->bad.sorted();
}

void Loader::add_bad_images(const std::vector<BadImage>& met) {
  for (const auto& bad : met) impl_->bad.add(bad);
}

void Loader::set_seed(uint64_t seed) {
  std::unique_lock lock(impl_->ring->mutex);
  impl_->halt(lock);  // the workers read it
  impl_->options.seed = seed;
}

LoaderTimes Loader::times() const {
  return {impl_->decode_ns * 1e-9, impl_->augment_ns * 1e-9, impl_->consumer_ns * 1e-9};
}

}  // namespace rdm
