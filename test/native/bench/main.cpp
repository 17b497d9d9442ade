// rdm_bench NAME ARGUMENTS: what scripts/bench runs; each prints numbers alone.
#include <map>

#include "bench.h"

namespace rdm::bench {

void filter(const Arguments& arguments);
void knn(const Arguments& arguments);
void lars(const Arguments& arguments);
void method(const Arguments& arguments);
void probe(const Arguments& arguments);
void step(const Arguments& arguments);

}  // namespace rdm::bench

int main(int argc, char** argv) {
  using namespace rdm::bench;
  const std::map<std::string, void (*)(const Arguments&)> benches = {
      {"filter", filter}, {"knn", knn},     {"lars", lars},
      {"method", method}, {"probe", probe}, {"step", step}};
  const auto found = benches.find(argc > 1 ? argv[1] : "");
  if (found == benches.end()) {
    std::fprintf(stderr, "usage: rdm_bench filter|knn|lars|method|probe|step …\n");
    return 2;
  }
  found->second(Arguments(argv + 2, argv + argc));
}
