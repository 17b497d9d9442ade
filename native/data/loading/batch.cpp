// Batch: the handle of a slot of the loader's ring, which gives the slot back when it is destroyed.
#include <utility>

#include "data/loading/loader.h"
#include "data/loading/ring.h"

namespace rdm {

using detail::Ring;
using detail::Slot;

Batch::Batch(std::shared_ptr<Ring> ring, Slot* slot) : ring_(std::move(ring)), slot_(slot) {}

Batch& Batch::operator=(Batch&& other) noexcept {
  if (this != &other) {
    release();
    ring_ = std::move(other.ring_);
    slot_ = other.slot_;
  }
  return *this;
}

Batch::~Batch() {
  release();
}

void Batch::release() {
  if (!ring_) return;
  {
    std::lock_guard lock(ring_->mutex);
    slot_->state = Slot::State::free;
  }
  ring_->changed.notify_all();
  ring_.reset();
}

int64_t Batch::size() const {
  return slot_->size;
}
int Batch::views() const {
  return ring_->views();
}
int64_t Batch::image_size(int index) const {
  return ring_->sizes[index];
}
const int64_t* Batch::labels() const {
  return slot_->labels;
}
const int64_t* Batch::images() const {
  return slot_->images.data();
}
int64_t Batch::step() const {
  return slot_->step;
}
const float* Batch::view(int index) const {
  return reinterpret_cast<const float*>(bytes(index));
}
const uint8_t* Batch::bytes(int index) const {
  return ring_->at(*slot_, index, /*image=*/0);
}

}  // namespace rdm
