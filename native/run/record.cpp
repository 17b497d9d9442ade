#include "run/record.h"

#include <torch/version.h>

#include <cstdio>
#include <limits>

#include "base/version.h"

namespace rdm {
std::string checkpoint_name(Position next) {
  char file[64];
  const auto epoch = static_cast<long long>(next.epoch), step = static_cast<long long>(next.step);
  if (step == 0) {
    std::snprintf(file, sizeof file, "checkpoint_%04lld.pth.tar", epoch - 1);
  } else {
    std::snprintf(file, sizeof file, "checkpoint_%04lld-%06lld.pth.tar", epoch, step);
  }
  return file;
}

namespace {

std::string listed(const Places& places) {
  std::string all;
  for (const auto& place : places) all += (all.empty() ? "" : ", ") + place;
  return all;
}

}  // namespace

std::string listing_of(const Dataset& dataset) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx",
                static_cast<unsigned long long>(listing_hash(dataset)));
  return digits;
}

Plain make_record(const char* command, const RunOptions& options, uint64_t seed,
                  const Trained& trained, const RunState& state) {
  Plain::Dict out{{"command", command},
                  {"version", version()},
                  {"libtorch", TORCH_VERSION},
                  {"listing", trained.listing},
                  {"statistics", to_plain(trained.statistics)},
                  {"state", to_plain(state)}};
  if (!trained.classes.empty()) {
    out.emplace_back("classNames", Plain::List(trained.classes.begin(), trained.classes.end()));
  }
  for (const auto& [key, value] : *options.record.get_if<Plain::Dict>()) {
    // The same run with any number of processes; and what may differ is another version's to say.
    if (key == "process" || key == "mayDiffer") continue;
    out.emplace_back(key, key == "seed" ? Plain(static_cast<int64_t>(seed)) : value);
  }
  return out;
}

std::optional<Record> read_record(const Plain& record, const std::string& path) {
  if (record.is_null()) return std::nullopt;
  const EntryReader reader(record, path, "rdm");
  const auto* data = record.find("data");
  const auto places = data ? places_in(*data) : std::nullopt;
  for (const auto* key : {"views", "smallCrops"}) {
    if (reader.has(key)) reader.dictionaries(key);
  }
  return Record{reader.text("command"),
                reader.text("listing"),
                places ? listed(*places) : reader.text("data"),  // which refuses
                reader.whole("seed", std::numeric_limits<int64_t>::min(),
                             std::numeric_limits<int64_t>::max()),
                read_state(reader.inside("state")),
                record};
}

}  // namespace rdm
