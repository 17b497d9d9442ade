// Gloo for the simulated devices: collectives of copies on the host, which are counted.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <vector>

namespace rdm::test {

// Of one kind: how often, and the bytes that this process puts in.
struct Collectives {
  int64_t calls = 0, bytes = 0;
};

class GlooOfCopies : public c10d::Backend {
 public:
  using Tensors = std::vector<at::Tensor>;

  explicit GlooOfCopies(c10::intrusive_ptr<c10d::Backend> gloo);

  const std::string getBackendName() const override { return "gloo of copies"; }
  c10::intrusive_ptr<c10d::Work> allreduce(Tensors& tensors,
                                           const c10d::AllreduceOptions& options) override;
  c10::intrusive_ptr<c10d::Work> broadcast(Tensors& tensors,
                                           const c10d::BroadcastOptions& options) override;
  c10::intrusive_ptr<c10d::Work> allgather(std::vector<Tensors>& outputs, Tensors& inputs,
                                           const c10d::AllgatherOptions& options) override;

  // Since the last call, by kind and shape: "sum (2, 64)".
  std::map<std::string, Collectives> take_counts();

 private:
  void count(const char* kind, const at::Tensor& tensor);

  c10::intrusive_ptr<c10d::Backend> gloo_;
  std::map<std::string, Collectives> counts_;
};

}  // namespace rdm::test
