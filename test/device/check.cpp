#include "check.h"

#include <chrono>
#include <functional>
#include <iostream>
#include <map>

#include "device/device.h"
#include "device/memory.h"
#include "parts.h"

using namespace rdm;
using device_check::Answer;
using device_check::Where;

namespace {

const std::map<std::string, std::function<Answer(const Where&)>> kParts{
    {"parity", device_check::parity},   {"resume", device_check::resume},
    {"solvers", device_check::solvers}, {"steps", device_check::steps},
    {"feed", device_check::feed},       {"counts", device_check::counts},
    {"nccl", device_check::nccl}};

bool tell(const std::string& part, const Where& where) {
  const auto start = std::chrono::steady_clock::now();
  Answer answer;
  try {
    answer = kParts.at(part)(where);
  } catch (const std::exception& error) {
    answer = {{"ok", false}, {"error", error.what()}};
  }
  answer["part"] = part;
  answer["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::cout << answer.dump() << std::endl;
  return answer.value("ok", true);
}

}  // namespace

int device_check::run(int argc, char** argv) {
  Where where{"cpu"};
  std::vector<std::string> parts;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--small") {
      where.small = true;
    } else if (word == "--device" && i + 1 < argc) {
      where.name = argv[++i];
    } else if (kParts.contains(word)) {
      parts.push_back(word);
    } else {
      std::cerr << "usage: rdm_gpu_check --device cpu|cuda|auto [--small] PART…\nparts:";
      for (const auto& [name, part] : kParts) std::cerr << " " << name;
      std::cerr << "\n";
      return 2;
    }
  }
  keep_freed_memory();
  NetworkOptions network;
  network.device = where.name;
  try {
    where.device = choose_device(network);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  bool passed = true;
  for (const auto& part : parts) passed = tell(part, where) && passed;
  return passed ? 0 : 1;
}
