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
int64_t Batch::image_size() const {
  return ring_->image_size;
}
int Batch::views() const {
  return ring_->views;
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
  return static_cast<const float*>(slot_->memory.get()) + index * ring_->view_values();
}
const uint8_t* Batch::bytes(int index) const {
  return static_cast<const uint8_t*>(slot_->memory.get()) + index * ring_->view_values();
}

}  // namespace rdm
