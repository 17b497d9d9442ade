#include "memory.h"

#include <c10/util/Exception.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "simulated.h"
#include "streams.h"

namespace rdm::simulated {
namespace {

constexpr size_t kBytes = size_t{8} << 30;  // of a device; pages exist once they are written
constexpr size_t kAlignment = 64;
constexpr int kNaN = 0xff;  // bytes of it are one in every floating-point type

struct Block {
  c10::Stream stream;  // that it was made on
  size_t size = 0;
  std::set<c10::StreamId> users;  // other streams
};

// One file in memory, mapped twice.
class Arena {
 public:
  Arena() {
    const int file = ::memfd_create("simulated accelerator", 0);
    if (file < 0 || ::ftruncate(file, kBytes) != 0) throw std::runtime_error("no memory");
    const auto map = [&](int protection) {
      void* at = ::mmap(nullptr, kBytes, protection, MAP_SHARED | MAP_NORESERVE, file, 0);
      if (at == MAP_FAILED) throw std::runtime_error("no memory");
      return static_cast<char*>(at);
    };
    host_ = map(PROT_NONE);
    kernels_ = map(PROT_READ | PROT_WRITE);
    ::close(file);
  }

  bool has(const void* pointer) const { return pointer >= host_ && pointer < host_ + kBytes; }
  void* seen_by_kernels(const void* pointer) const {
    return kernels_ + (static_cast<const char*>(pointer) - host_);
  }

  void set_room(size_t bytes) { limit_ = std::min(kBytes, used_ + bytes); }

  void* allocate(c10::Stream stream, size_t size) {
    auto& pool = pools_[{stream.id(), size}];
    char* at = nullptr;
    if (!pool.empty()) {
      at = pool.back();
      pool.pop_back();
    } else {
      TORCH_CHECK_WITH(OutOfMemoryError, used_ + size <= limit_,
                       "simulated out of memory. Tried to allocate ", size, " bytes; ", used_,
                       " are in use. If reserved but unallocated memory is large, try something.");
      at = host_ + used_;
      used_ += size;
      std::memset(kernels_ + (at - host_), kNaN, size);
    }
    blocks_.insert_or_assign(at, Block{stream, size, {}});
    return at;
  }

  void use_on(const void* pointer, c10::Stream stream) {
    const auto found = blocks_.find(const_cast<char*>(static_cast<const char*>(pointer)));
    if (found == blocks_.end()) throw std::logic_error("no block of the device begins here");
    if (stream != found->second.stream) found->second.users.insert(stream.id());
  }

  // To the pool of its stream once every other stream that used it has come so far.
  void free(void* pointer) {
    const auto found = blocks_.find(static_cast<char*>(pointer));
    const Block block = found->second;
    blocks_.erase(found);
    give_back(static_cast<char*>(pointer), block);
  }

 private:
  void give_back(char* at, Block block) {
    if (block.users.empty()) {
      pools_[{block.stream.id(), block.size}].push_back(at);
      return;
    }
    const auto user = *block.users.begin();
    block.users.erase(block.users.begin());
    enqueue(c10::Stream(c10::Stream::UNSAFE, block.stream.device(), user),
            [this, at, block] { give_back(at, block); });
  }

  char *host_ = nullptr, *kernels_ = nullptr;
  size_t used_ = 0, limit_ = kBytes;
  std::map<std::tuple<c10::StreamId, size_t>, std::vector<char*>> pools_;
  std::map<char*, Block> blocks_;  // in use
};

Arena& arena(int device) {
  static auto* const arenas = new std::array<Arena, kDevices>;  // outlives every tensor
  return (*arenas)[static_cast<size_t>(device)];
}

Arena& arena_of(const void* pointer) {
  for (int device = 0; device < kDevices; ++device) {
    if (arena(device).has(pointer)) return arena(device);
  }
  throw std::logic_error("not an address of the simulated device");
}

size_t rounded(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

void free_device_memory(void* pointer) {
  if (!pointer) return;
  const Lock lock;
  arena_of(pointer).free(pointer);
}

struct DeviceMemory : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    const Lock lock;
    const auto stream = current_stream(current_device());
    const auto device = stream.device();
    if (bytes == 0) return {nullptr, nullptr, &free_device_memory, device};
    ++counters().allocations[static_cast<size_t>(device.index())];
    const size_t size = rounded(bytes);
    void* at = arena(device.index()).allocate(stream, size);
    enqueue(stream,
            [seen = simulated::seen_by_kernels(at), size] { std::memset(seen, kNaN, size); });
    return {at, at, &free_device_memory, device};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free_device_memory; }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    enqueue(current_stream(current_device()),
            [to = simulated::seen_by_kernels(to), from = simulated::seen_by_kernels(from), bytes] {
              std::memcpy(to, from, bytes);
            });
  }
};

std::map<const char*, size_t>& pinned_blocks() {
  static auto* const blocks = new std::map<const char*, size_t>;
  return *blocks;
}

void free_pinned_memory(void* pointer) {
  const Lock lock;
  pinned_blocks().erase(static_cast<const char*>(pointer));
  std::free(pointer);
}

struct PinnedMemory : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &free_pinned_memory, c10::Device(c10::kCPU)};
    const Lock lock;
    void* at = std::aligned_alloc(kAlignment, rounded(bytes));
    pinned_blocks()[static_cast<const char*>(at)] = bytes;
    return {at, at, &free_pinned_memory, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free_pinned_memory; }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

}  // namespace

void set_room(size_t bytes) {
  const Lock lock;
  for (int device = 0; device < kDevices; ++device) {
    arena(device).set_room(std::min(bytes, kBytes));
  }
}

c10::Allocator& device_memory() {
  static DeviceMemory memory;
  return memory;
}

c10::Allocator& pinned_memory() {
  static PinnedMemory memory;
  return memory;
}

bool is_pinned(const void* pointer) {
  const Lock lock;
  const auto* at = static_cast<const char*>(pointer);
  auto after = pinned_blocks().upper_bound(at);
  if (after == pinned_blocks().begin()) return false;
  const auto& [begin, size] = *std::prev(after);
  return at < begin + size;
}

void* seen_by_kernels(const void* pointer) {
  return pointer ? arena_of(pointer).seen_by_kernels(pointer) : nullptr;
}

void use_on(const void* pointer, c10::Stream stream) {
  const Lock lock;
  if (pointer) arena_of(pointer).use_on(pointer, stream);
}

}  // namespace rdm::simulated
