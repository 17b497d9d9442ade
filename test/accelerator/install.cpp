// What LibTorch asks of an accelerator: the guard of the current device and stream, and the hooks.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/torch.h>

#include "memory.h"
#include "simulated.h"
#include "streams.h"

namespace rdm::simulated {
namespace {

int64_t& synchronised(c10::Device device) {
  return counters().synchronisations[static_cast<size_t>(device.index())];
}

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return c10::kPrivateUse1; }
  c10::DeviceIndex deviceCount() const noexcept override { return kDevices; }

  c10::Device getDevice() const override { return current_device(); }
  void setDevice(c10::Device device) const override { set_current_device(device); }
  void uncheckedSetDevice(c10::Device device) const noexcept override {
    set_current_device(device);
  }
  c10::Device exchangeDevice(c10::Device device) const override {
    const auto before = current_device();
    set_current_device(device);
    return before;
  }

  c10::Stream getStream(c10::Device device) const override { return current_stream(device); }
  c10::Stream getDefaultStream(c10::Device device) const override {
    return c10::Stream(c10::Stream::DEFAULT, device);
  }
  c10::Stream getNewStream(c10::Device device, int) const override { return new_stream(device); }
  c10::Stream getStreamFromGlobalPool(c10::Device device, bool) const override {
    return new_stream(device);
  }
  c10::Stream exchangeStream(c10::Stream stream) const override {
    const auto before = current_stream(stream.device());
    set_current_stream(stream);
    return before;
  }
  bool queryStream(const c10::Stream& stream) const override { return poll(stream); }
  void synchronizeStream(const c10::Stream& stream) const override {
    const Lock lock;
    ++synchronised(stream.device());
    finish(stream);
  }
  void synchronizeDevice(c10::DeviceIndex index) const override {
    const Lock lock;
    ++synchronised(device(index));
    finish(device(index));
  }

  void record(void** event, const c10::Stream& stream, c10::DeviceIndex,
              c10::EventFlag flag) const override {
    delete static_cast<Event*>(*event);
    *event = new Event(place_in(stream, flag == c10::EventFlag::BACKEND_DEFAULT));
  }
  double elapsedTime(void* from, void* to, c10::DeviceIndex) const override {
    const Lock lock;
    for (auto* event : {from, to}) {
      TORCH_CHECK(passed(*static_cast<Event*>(event)), "the device has not come to an event yet");
    }
    return static_cast<double>(*static_cast<Event*>(to)->time - *static_cast<Event*>(from)->time);
  }
  void block(void* event, const c10::Stream& stream) const override {
    if (event) wait_in(stream, *static_cast<Event*>(event));
  }
  bool queryEvent(void* event) const override {
    return !event || poll(*static_cast<Event*>(event));
  }
  void synchronizeEvent(void* event) const override {
    if (!event) return;
    const Lock lock;
    const auto& place = *static_cast<Event*>(event);
    ++counters().events[static_cast<size_t>(place.stream.device_index())];
    finish(place);
  }
  void destroyEvent(void* event, c10::DeviceIndex) const noexcept override {
    delete static_cast<Event*>(event);
  }

  void recordDataPtrOnStream(const c10::DataPtr& data, const c10::Stream& stream) const override {
    use_on(data.get(), stream);
  }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

struct Hooks : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return kDevices; }
  c10::DeviceIndex getCurrentDevice() const override { return current_device().index(); }
  void setCurrentDevice(c10::DeviceIndex index) const override {
    set_current_device(device(index));
  }
  bool isPinnedPtr(const void* pointer) const override { return is_pinned(pointer); }
  c10::Allocator* getPinnedMemoryAllocator() const override { return &pinned_memory(); }
  c10::Device getDeviceFromPtr(void*) const override { return current_device(); }

  const at::Generator& getDefaultGenerator(c10::DeviceIndex index) const override {
    static std::vector<at::Generator> all{at::detail::createCPUGenerator(),
                                          at::detail::createCPUGenerator()};
    return all[static_cast<size_t>(index < 0 ? current_device().index() : index)];
  }

  void resizePrivateUse1Bytes(const c10::Storage& storage, size_t bytes) const override {
    const c10::DeviceGuard guard(storage.device());
    auto data = device_memory().allocate(bytes);
    const auto kept = std::min(bytes, storage.nbytes());
    if (kept > 0) device_memory().copy_data(data.get(), storage.data(), kept);
    storage.set_data_ptr_noswap(std::move(data));
    storage.set_nbytes(bytes);
  }
};

}  // namespace

void install() {
  static Hooks hooks;
  c10::register_privateuse1_backend("simulated");
  c10::SetAllocator(c10::kPrivateUse1, &device_memory());
  at::RegisterPrivateUse1HooksInterface(&hooks);
}

}  // namespace rdm::simulated
