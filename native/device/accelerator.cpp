#include "device/accelerator.h"

#include <c10/core/impl/VirtualGuardImpl.h>

namespace rdm {

c10::DeviceType accelerator() {
  return c10::is_privateuse1_backend_registered() ? c10::kPrivateUse1 : c10::kCUDA;
}

int64_t accelerators() {
  if (!c10::impl::hasDeviceGuardImpl(accelerator())) return 0;  // this LibTorch has no CUDA
  return c10::impl::VirtualGuardImpl(accelerator()).deviceCount();
}

void make_current(c10::Device device) {
  if (!device.is_cpu()) c10::impl::VirtualGuardImpl(device.type()).setDevice(device);
}

void wait_for(c10::Device device) {
  if (!device.is_cpu())
    c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

}  // namespace rdm
