#include "ranks.h"

#include <arpa/inet.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "check.h"

extern char** environ;

namespace rdm::test {

int64_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(descriptor, generic, size) == 0);
  REQUIRE(::getsockname(descriptor, generic, &size) == 0);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

std::vector<int> run_ranks(int64_t ranks, const std::string& test_case) {
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  const auto filter = "--test-case=" + test_case;
  const auto port = std::to_string(free_port());
  std::vector<pid_t> processes;
  for (int64_t rank = 0; rank < ranks; ++rank) {
    std::vector<std::string> variables{"RANK=" + std::to_string(rank),
                                       "WORLD_SIZE=" + std::to_string(ranks), "MASTER_PORT=" + port,
                                       "OMP_NUM_THREADS=1"};
    std::vector<char*> environment, arguments;
    for (auto& variable : variables) environment.push_back(variable.data());
    for (char** entry = environ; *entry; ++entry) environment.push_back(*entry);
    environment.push_back(nullptr);
    std::vector<std::string> words{self, filter, "--no-skip", "--minimal"};
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = 0;
    REQUIRE(::posix_spawn(&process, self.c_str(), nullptr, nullptr, arguments.data(),
                          environment.data()) == 0);
    processes.push_back(process);
  }
  std::vector<int> ends;
  for (const auto process : processes) {
    int status = 0;
    REQUIRE(::waitpid(process, &status, 0) == process);
    ends.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
  return ends;
}

ProcessOptions own_rank() {
  const auto number = [](const char* name) { return std::stoll(std::getenv(name)); };
  ProcessOptions options;
  options.rank = options.local_rank = number("RANK");
  options.world_size = options.local_world_size = number("WORLD_SIZE");
  options.host = "127.0.0.1";
  options.port = number("MASTER_PORT");
  options.serve = options.rank == 0;
  options.timeout = 300;
  return options;
}

}  // namespace rdm::test
