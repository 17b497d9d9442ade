#include "run/resume.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/printable.h"
#include "checkpoint/manifest.h"
#include "checkpoint/saver.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

// pretrain numbers its checkpoints, lincls and finetune write one.
std::optional<Place> place_in(std::string_view command, const std::string& file) {
  if (command == "pretrain") return place_of(file);
  return file == "checkpoint.pth.tar" ? std::optional(Place()) : std::nullopt;
}

// The furthest first, whatever the times of the files say.
std::vector<fs::path> furthest_first(const std::string& folder, std::string_view command) {
  std::vector<std::pair<Place, fs::path>> found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const auto place = place_in(command, entry.path().filename().string());
    if (place) found.emplace_back(*place, entry.path());
  }
  std::ranges::sort(found, std::greater<>());
  std::vector<fs::path> paths;
  for (auto& [place, path] : found) paths.push_back(std::move(path));
  return paths;
}

// batchSize → --batch-size
std::string flag_of(const std::string& key) {
  if (key == "lr") return "--learning-rate";
  if (key == "checkpoint") return "the checkpoint";  // of finetune, which has no flag for it
  if (key == "views" || key == "smallCrops" || key == "count" || key == "size") return "--crops";
  std::string flag = "--";
  for (const unsigned char letter : key) {
    if (std::isupper(letter)) flag += '-';
    flag += static_cast<char>(std::tolower(letter));
  }
  return flag;
}

// 1 and 1.0 are one number: the two languages tell them apart by different means.
bool same(const Plain& a, const Plain& b) {
  const auto number = [](const Plain& value) -> std::optional<double> {
    if (const auto* whole = value.get_if<int64_t>()) return static_cast<double>(*whole);
    if (const auto* real = value.get_if<double>()) return *real;
    return std::nullopt;
  };
  if (const auto x = number(a), y = number(b); x && y) return *x == *y;
  const auto *left = a.get_if<Plain::List>(), *right = b.get_if<Plain::List>();
  return left && right ? std::ranges::equal(*left, *right, same) : a == b;
}

void compare(const Plain& recorded, const Plain& given, const std::set<std::string>& may_differ,
             const std::string& of, std::vector<std::string>& out) {
  const Plain none = Plain::List();
  for (const auto& [key, value] : *given.get_if<Plain::Dict>()) {
    const auto* there = recorded.find(key);
    if (!there && key == "smallCrops") there = &none;  // a run of before there were any
    if (!there || may_differ.contains(key) || same(*there, value)) continue;
    if (key == "seed" && value.is_null()) continue;  // the recorded one is taken
    if (key == "views" || key == "smallCrops") {
      const auto &left = *there->get_if<Plain::List>(), &right = *value.get_if<Plain::List>();
      const auto* each = key == "views" ? " of view " : " of small crops ";
      if (left.size() != right.size()) {
        out.push_back(message(flag_of(key), ": ", left.size(), " kinds of crops there, ",
                              right.size(), " here"));
        continue;
      }
      for (size_t view = 0; view < left.size(); ++view) {
        compare(left[view], right[view], may_differ, message(each, view + 1), out);
      }
      continue;
    }
    out.push_back(message(flag_of(key), of, " ", shortened(to_text(*there)), " there, ",
                          to_text(value), " here"));
  }
}

std::optional<std::string> find_resumed(const char* command, const RunOptions& options,
                                        const Sink& sink) {
  if (options.resume.empty()) return std::nullopt;
  if (options.resume != "auto") return options.resume;
  for (const auto& path : furthest_first(options.output, command)) {
    const auto fault = find_fault(path.string());
    if (!fault) return path.string();
    sink(WarningEvent{"passed_over", message("passed over ", path.string(), ": ", *fault)});
  }
  return std::nullopt;
}

}  // namespace

Resumed read_resumed(const std::string& path) {
  auto checkpoint = load_checkpoint(path);
  auto record = read_record(checkpoint.rdm, path);
  return {path, std::move(checkpoint), std::move(record)};
}

std::optional<Resumed> load_resumed(const char* command, const RunOptions& options,
                                    const Sink& sink) {
  const auto path = find_resumed(command, options, sink);
  if (!path) return std::nullopt;
  auto resumed = read_resumed(*path);
  const auto& arch = resumed.checkpoint.arch;
  RDM_CHECK(options.resume == "auto" || arch == options.arch, Code::bad_checkpoint, *path,
            " holds a ", shortened(arch), ", not a ", options.arch, " (--arch)");
  return resumed;
}

std::optional<int64_t> chosen_seed(const RunOptions& options,
                                   const std::optional<Resumed>& resumed) {
  return options.seed || !resumed || !resumed->record ? options.seed
                                                      : std::optional(resumed->record->seed);
}

std::vector<std::string> differences(const Record& recorded, const char* command,
                                     const RunOptions& options, const std::string& listing) {
  std::vector<std::string> out;
  if (recorded.command != command) {
    return {message("it is of rdm ", shortened(recorded.command), ", not of rdm ", command)};
  }
  if (recorded.listing != listing) {
    out.push_back(message("other training images there (--data ", shortened(recorded.data), ")"));
  }
  compare(recorded.options, options.record, options.may_differ, "", out);
  return out;
}

void check_configuration(const std::vector<std::string>& differences, const std::string& path,
                         const RunOptions& options, const Sink& sink) {
  if (differences.empty()) return;
  std::string all;
  for (const auto& difference : differences) all += (all.empty() ? "" : "; ") + difference;
  const auto text = message(path, " is of another configuration: ", all);
  if (options.resume == "auto" && !options.resume_anyway) {
    throw Error(
        Code::bad_checkpoint, text,
        "give the flags of that run, or a new --output; --resume-anyway goes on with these");
  }
  sink(WarningEvent{"other_configuration", text});
}

}  // namespace rdm
