// What a checkpoint records of its run, as a run takes it that goes on from there.
#include "pickle/pickle.h"
#include "run/resume.h"
#include "scratch.h"

namespace {

rdm::RunOptions options() {
  using rdm::Plain;
  const Plain view = Plain::Dict{{"minScale", 0.2}, {"interpolation", "bilinear"}};
  rdm::RunOptions options;
  options.record = Plain::Dict{{"data", "d"},
                               {"lr", 0.1},
                               {"seed", Plain()},
                               {"lrSteps", Plain::List{3, 4}},
                               {"views", Plain::List{view, view}}};
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto given = options();
  try {
    const auto document =
        rdm::pickle::parse(rdm::fuzz::text(data, size), [](std::string_view) { return false; });
    size_t budget = 1 << 20;
    const auto plain = rdm::pickle::to_plain(*document.root, budget);
    if (!plain) return 0;
    const auto record = rdm::read_record(*plain, "a.pth.tar");
    if (record) rdm::differences(*record, "pretrain", given, "00ff");
  } catch (const rdm::pickle::Malformed&) {
  } catch (const rdm::Error& error) {
    if (error.code != rdm::Code::bad_checkpoint) throw;
  }
  return 0;
}
