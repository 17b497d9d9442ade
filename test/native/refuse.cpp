// Reads files as checkpoints in every way there is, and says how each reading ended, a line of JSON
// each: {"file", "reader", "code", "message", "seconds", "peakBytes"}. A code of null is a file
// that was read; the seconds are the processor's, the bytes the most that the process has had.
#include <sys/resource.h>

#include <ctime>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "tools/inspect.h"

namespace {

using nlohmann::json;

void attempt(const std::string& file, const char* reader, const std::function<void()>& read) {
  json line{{"file", file}, {"reader", reader}, {"code", nullptr}, {"message", ""}};
  const std::clock_t start = std::clock();
  try {
    read();
  } catch (const rdm::Error& error) {
    line["code"] = rdm::code_name(error.code);
    line["message"] = error.what();
  } catch (const std::exception& error) {
    line["code"] = "internal";
    line["message"] = error.what();
  }
  line["seconds"] = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  line["peakBytes"] = usage.ru_maxrss * 1024;
  std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string file = arguments[i];
    attempt(file, "inspect", [&] { rdm::inspect_checkpoint(file); });
    attempt(file, "backbone", [&] { rdm::load_backbone(file, ""); });
    attempt(file, "checkpoint", [&] { rdm::load_checkpoint(file); });
  }
}
