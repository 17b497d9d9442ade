#include "train/loop.h"

namespace rdm {

Summary train(Run& run, Learner& learner) {
  learner.begin();
  Position at = run.start();
  if (!run.begin()) return run.finish();
  while (at.epoch < run.epochs()) {
    try {
      for (run.open_epoch(at); at.step < run.steps(); at = at.next_step()) {
        const auto batch = run.next_batch(at);
        const auto result = learner.step(batch, at);  // the loss stays on the device
        run.took(at, batch, result);                  // meters, divergence watch, stop vote
        if (run.logs(at)) run.report(at, result.lr);  // the one host read
        if (const auto ranks = learner.measure(result, at)) run.tell(*ranks);
        if (run.stops(at)) return run.stop(at.next_step());
        if (run.saves(at)) run.save(at.next_step());
      }
      if (!run.close_epoch(at.epoch)) break;  // scores and a checkpoint
      at = at.next_epoch();
    } catch (const Diverged& diverged) {
      at = run.roll_back(diverged);
    }
  }
  return run.finish();
}

}  // namespace rdm
