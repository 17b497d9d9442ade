// The images below a folder, at any depth.
#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/lists/extensions.h"

namespace rdm {

// What lies in one folder.
struct FolderListing {
  std::vector<std::string> folders, images;  // names, sorted by their bytes
  ExtensionCounts ignored;                   // the other files
};

// Which files are images is told by their extensions. Throws bad_data where the folder
// cannot be read.
FolderListing list_folder(const std::filesystem::path& folder);

// Walks in the order of sorted(os.walk(folder)): a folder's files come before those of its folders,
// and folders in the order of their whole paths as strings. Links are followed, but no folder is
// visited twice by one Walk: links may go round in circles, and two links to `.` in one folder
// would already be followed 2^40 times until the system ends it.
class Walk {
 public:
  // The paths of the images in a folder and below it.
  std::vector<std::string> images(const std::filesystem::path& folder);
  // The same, whose folders come one by one as if each were walked alone: in the order of classes.
  std::vector<std::string> images_by_folder(const std::filesystem::path& folder);

  const ExtensionCounts& ignored() const { return ignored_; }

 private:
  using Folder = std::pair<std::string, std::vector<std::string>>;  // path, names of images

  // False where it was visited before.
  bool enter(const std::filesystem::path& folder, FolderListing& listing);
  void visit(const std::filesystem::path& folder, std::vector<Folder>& found);

  std::set<std::pair<dev_t, ino_t>> visited_;
  ExtensionCounts ignored_;
};

// ".heic 12, .mov 3": the most frequent first, at most three; empty where there are none.
std::string to_text(const ExtensionCounts& counts);

}  // namespace rdm
