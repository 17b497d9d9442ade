#include "distributed/meet.h"

#include <unistd.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "distributed/watch.h"

namespace rdm {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Waiting = std::function<void(const std::string&)>;

constexpr auto kPoll = 20ms;
constexpr auto kRemind = 10s;
constexpr auto kUntilOthersLeave = 1500ms;  // rank 0 keeps the store so long for the others
constexpr const char* kMet = "met";
constexpr const char* kWorld = "world";

std::string key(const char* what, int64_t rank) {
  return message(what, "/", rank);
}

std::string own_name(int64_t rank) {
  char host[256] = "unknown host";
  ::gethostname(host, sizeof host - 1);
  return message("rank ", rank, " (", host, ", process ", ::getpid(), ")");
}

std::string list(const std::vector<int64_t>& ranks) {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  for (size_t i = 0; i < ranks.size() && i < 16; ++i) {
    text += (i ? ", " : "") + std::to_string(ranks[i]);
  }
  return ranks.size() > 16 ? message(text, " and ", ranks.size() - 16, " more") : text;
}

// A process that comes when all ranks have met belongs to another run, and must not end this one.
void take_rank(c10d::Store& store, const ProcessOptions& options) {
  if (store.add(key("taken", options.rank), 1) == 1 && !store.check({kMet})) return;
  throw Error(Code::distributed,
              message("rank ", options.rank, " is taken at ", options.host, ":", options.port),
              "either two processes were given this rank, or another run uses this port: give each "
              "node its own --rank, and each run its own port");
}

// One line for each option.
std::string to_lines(const Plain::Dict& configuration) {
  std::string lines;
  for (const auto& [name, value] : configuration) lines += name + " " + to_text(value) + "\n";
  return lines;
}

std::string differences(const std::string& ours, const std::string& theirs) {
  std::istringstream left(ours), right(theirs);
  std::string mine, first, found;
  while (std::getline(left, mine) && std::getline(right, first)) {
    if (mine != first) found += (found.empty() ? "" : "; ") + mine + ", there " + first;
  }
  return found.empty() ? "one has options that the other does not know" : found;
}

std::vector<int64_t> missing(c10d::Store& store, const std::vector<std::string>& keys) {
  std::vector<int64_t> ranks;
  for (size_t rank = 0; rank < keys.size(); ++rank) {
    if (!store.check({keys[rank]})) ranks.push_back(static_cast<int64_t>(rank));
  }
  return ranks;
}

// Waits until the store has all keys, of which the i-th is set by rank i.
void wait_for(c10d::Store& store, const ProcessOptions& options,
              const std::vector<std::string>& keys, const Waiting& waiting) {
  const auto start = Clock::now();
  auto reminded = start;
  while (!store.check(keys)) {
    if (store.check({kLost})) throw Error(Code::distributed, get_text(store, kLost));
    const auto now = Clock::now();
    if (now - start > std::chrono::seconds(options.timeout)) {
      throw Error(Code::distributed,
                  message(list(missing(store, keys)), " of ", options.world_size,
                          " did not come within ", options.timeout, " s"),
                  "were all nodes started, with this --dist-url? --dist-timeout waits longer");
    }
    if (options.rank == 0 && now - reminded > kRemind) {
      reminded = now;
      waiting(message("waiting for ", list(missing(store, keys)), " of ", options.world_size));
    }
    std::this_thread::sleep_for(kPoll);
  }
}

// World sizes are compared first, so that no process waits for ranks that nobody will start.
void agree_on_size(c10d::Store& store, const ProcessOptions& options, const Waiting& waiting) {
  if (options.rank == 0) set_text(store, kWorld, std::to_string(options.world_size));
  wait_for(store, options, {kWorld}, waiting);
  const auto size = get_text(store, kWorld);
  if (size == std::to_string(options.world_size)) return;
  throw Error(Code::distributed,
              message("rank ", options.rank, " was told of ", options.world_size,
                      " processes, rank 0 of ", size),
              "give every node the same --world-size and --nproc-per-node");
}

void agree_on_configuration(c10d::Store& store, const ProcessOptions& options,
                            const std::string& ours) {
  const auto first = get_text(store, key("configuration", 0));
  if (first == ours) return;
  throw Error(Code::distributed,
              message("rank ", options.rank,
                      " runs something else than rank 0: ", differences(ours, first)),
              "start every node with the same command and the same version of rdm");
}

}  // namespace

std::vector<std::string> meet(c10d::Store& store, const ProcessOptions& options,
                              const Plain::Dict& configuration, const Waiting& waiting) {
  take_rank(store, options);
  const auto name = own_name(options.rank);
  try {
    agree_on_size(store, options, waiting);
    const auto ours = to_lines(configuration);
    set_text(store, key("configuration", options.rank), ours);
    agree_on_configuration(store, options, ours);
    set_text(store, key("name", options.rank), name);
    std::vector<std::string> all;
    for (int64_t rank = 0; rank < options.world_size; ++rank) all.push_back(key("name", rank));
    wait_for(store, options, all, waiting);
    if (options.rank == 0) set_text(store, kMet, "yes");
  } catch (const Error& error) {
    if (!store.check({kLost})) set_text(store, kLost, name + " failed: " + error.what());
    if (options.rank == 0) std::this_thread::sleep_for(kUntilOthersLeave);
    throw;
  } catch (const c10::Error&) {
    throw Error(Code::distributed,
                message("rank ", options.rank, " lost the store at ", options.host, ":",
                        options.port, " before all ranks had come"),
                "rank 0 has ended there: its own message says why");
  }
  std::vector<std::string> names;
  for (int64_t rank = 0; rank < options.world_size; ++rank) {
    names.push_back(get_text(store, key("name", rank)));
  }
  return names;
}

}  // namespace rdm
