#include "gloo_of_copies.h"

#include <torch/torch.h>

#include <sstream>
#include <utility>

namespace rdm::test {
namespace {

using Tensors = GlooOfCopies::Tensors;
using WorkPtr = c10::intrusive_ptr<c10d::Work>;

Tensors on_host(const Tensors& tensors) {
  Tensors copies;
  for (const auto& tensor : tensors) copies.push_back(tensor.cpu().contiguous());
  return copies;
}

WorkPtr finish(const WorkPtr& work, const Tensors& targets, const Tensors& copies) {
  work->wait();
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < targets.size(); ++i) targets[i].copy_(copies[i]);
  return work;
}

}  // namespace

GlooOfCopies::GlooOfCopies(c10::intrusive_ptr<c10d::Backend> gloo)
    : Backend(gloo->getRank(), gloo->getSize()), gloo_(std::move(gloo)) {}

WorkPtr GlooOfCopies::allreduce(Tensors& tensors, const c10d::AllreduceOptions& options) {
  count("sum", tensors[0]);
  auto copies = on_host(tensors);
  const auto work = gloo_->allreduce(copies, options);
  return finish(work, tensors, copies);
}

WorkPtr GlooOfCopies::broadcast(Tensors& tensors, const c10d::BroadcastOptions& options) {
  count("broadcast", tensors[0]);
  auto copies = on_host(tensors);
  const auto work = gloo_->broadcast(copies, options);
  return finish(work, tensors, copies);
}

WorkPtr GlooOfCopies::allgather(std::vector<Tensors>& outputs, Tensors& inputs,
                                const c10d::AllgatherOptions& options) {
  count("gather", inputs[0]);
  std::vector<Tensors> received{on_host(outputs[0])};
  auto sent = on_host(inputs);
  const auto work = gloo_->allgather(received, sent, options);
  return finish(work, outputs[0], received[0]);
}

void GlooOfCopies::count(const char* kind, const at::Tensor& tensor) {
  std::ostringstream key;
  key << kind << " (";
  for (int64_t i = 0; i < tensor.dim(); ++i) key << (i > 0 ? ", " : "") << tensor.size(i);
  key << ")";
  auto& counted = counts_[key.str()];
  ++counted.calls;
  counted.bytes += static_cast<int64_t>(tensor.nbytes());
}

std::map<std::string, Collectives> GlooOfCopies::take_counts() {
  return std::exchange(counts_, {});
}

}  // namespace rdm::test
