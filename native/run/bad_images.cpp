#include "run/bad_images.h"

#include <filesystem>

#include "base/error.h"
#include "run/output.h"

namespace rdm {

void report_bad_images(const Loader& loader, const std::string& split, const std::string& output,
                       const Sink& sink, size_t& reported, const Group* group, const char* became) {
  const auto bad = loader.bad_images();
  if (bad.size() <= reported) return;
  reported = bad.size();
  std::error_code failure;
  std::filesystem::create_directories(output, failure);
  const auto rank = is_first(group) ? "" : message(".", group->rank());
  const auto path = in_folder(output, "bad-images-" + split + rank + ".txt");
  auto list = begin_list(path);
  for (const auto& image : bad) list << image.path << '\t' << image.reason << '\n';
  const auto total = static_cast<size_t>(loader.dataset().size());
  auto text = message(bad.size(), " of ", total, " ", split, " images could not be read ", became,
                      ", the latest ", bad.back().path, ": ", bad.back().reason,
                      list.flush() ? "; all are listed in " : "; they cannot be listed in ", path);
  if (bad.size() * 100 > total) text += "; that is more than 1 %: check the dataset";
  sink(WarningEvent{"bad_images", std::move(text)});
}

}  // namespace rdm
