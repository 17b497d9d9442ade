// Lists and tables of images, and every line that can be wrong in one.
#include "data/datasets/image_list.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/datasets/place.h"
#include "data/datasets/survey.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Scratch scratch;
  std::string root = scratch.path.string();

  Folder() {
    for (const char* file : {"a.jpg", "deep/b.jpg", "#c.jpg", "d, e.jpg", "caf\u00e9.jpg"}) {
      fs::create_directories((scratch.path / file).parent_path());
      std::ofstream(scratch.path / file) << "x";
    }
  }

  std::string write(const std::string& text, const std::string& name = "list.txt") const {
    std::ofstream(scratch.path / name, std::ios::binary) << text;
    return root + "/" + name;
  }

  // Its paths and labels, or what it complains of.
  std::vector<std::string> open(const std::string& text, const std::string& name = "list.txt",
                                const DatasetOptions& options = {}) const {
    const auto file = write(text, name);
    try {
      const Dataset dataset = open_dataset(file, "train", options);
      std::vector<std::string> out;
      for (const auto& sample : dataset.samples) {
        const auto& path = sample.path;
        CHECK(path.starts_with(root + "/"));
        out.push_back(path.substr(root.size() + 1) +
                      (dataset.labelled() ? " " + dataset.classes[sample.label] : ""));
      }
      return out;
    } catch (const Error& error) {
      CHECK(error.code == Code::bad_data);
      return {error.what()};
    }
  }

  std::string complaint(const std::string& text, const std::string& name = "list.txt") const {
    const auto out = open(text, name);
    REQUIRE(out.size() == 1);
    return out[0].starts_with(root) ? out[0].substr(root.size() + 1) : out[0];
  }
};

using Listed = std::vector<std::string>;

}  // namespace

TEST_CASE("a list has a path on each line, relative to its folder or absolute, in its order") {
  const Folder folder;
  CHECK(folder.open("deep/b.jpg\na.jpg\n") == Listed{"deep/b.jpg", "a.jpg"});
  CHECK(folder.open(folder.root + "/a.jpg") == Listed{"a.jpg"});
  CHECK(folder.open("\xEF\xBB\xBF"
                    "a.jpg\r\n\r\n  \n#c.jpg\r\n") == Listed{"a.jpg", "#c.jpg"});
  CHECK(folder.open("./deep/../a.jpg\ncaf\u00e9.jpg") ==
        Listed{"./deep/../a.jpg", "caf\u00e9.jpg"});
  const auto file = folder.write("a.jpg\n");
  CHECK(layout_of(file) == "list");
  CHECK(!has_splits(file));
  CHECK(!open_dataset(file, "train").labelled());
}

TEST_CASE("a list that is moved with its images keeps its hash, which is that of the folder") {
  const Folder folder;
  folder.write("a.jpg\ndeep/b.jpg\n");
  fs::create_directories(folder.scratch.path / "moved/deep");
  for (const char* name : {"a.jpg", "deep/b.jpg", "list.txt"})
    fs::copy(folder.scratch.path / name, folder.scratch.path / "moved" / name);
  const auto hash = [&](const std::string& place) {
    return listing_hash(open_dataset(folder.root + place, "train"));
  };
  CHECK(hash("/list.txt") == hash("/moved/list.txt"));
  CHECK(hash("/list.txt") == hash("/moved"));
  folder.write("deep/b.jpg\na.jpg\n");
  CHECK(hash("/list.txt") != hash("/moved/list.txt"));
}

TEST_CASE("a line that is wrong is named with its number") {
  const Folder folder;
  CHECK(folder.complaint("a.jpg\n\nb.jpg\n") ==
        "list.txt, line 3: cannot read " + folder.root + "/b.jpg: No such file or directory");
  CHECK(folder.complaint("# my images\na.jpg\n") ==
        "list.txt, line 1: cannot read " + folder.root + "/# my images: No such file or directory");
  CHECK(folder.complaint("a.jpg\ndeep\n") ==
        "list.txt, line 2: a folder, not an image: " + folder.root + "/deep");
  CHECK(folder.complaint("deep/../../other/a.jpg\n") ==
        "list.txt, line 1: a path that leaves the folder of the list: deep/../../other/a.jpg");
  CHECK(folder.complaint("a.jpg\ndeep/b.jpg\na.jpg\n") ==
        "list.txt, line 3: " + folder.root + "/a.jpg is listed before, in line 1");
  CHECK(folder.complaint("a.jpg\nb\x1b[31m.jpg\n") ==
        "list.txt, line 2: control characters: b?[31m.jpg");
  CHECK(folder.complaint(std::string("a\0.\0j\0", 6)) ==
        "list.txt, line 1: control characters: a?.?j?");
  CHECK(folder.complaint("a.jpg\n" + std::string(8193, 'x')) ==
        "list.txt, line 2: a line of over 8192 bytes");
  CHECK(folder.complaint("a.jpg\ncaf\xe9.jpg\n") ==
        "list.txt, line 2: cannot read " + folder.root + "/caf?.jpg: No such file or directory");
  CHECK(folder.complaint("\n \n") == "no paths in the list " + folder.root + "/list.txt");
  CHECK(folder.complaint("") == "no paths in the list " + folder.root + "/list.txt");
}

TEST_CASE("an endless line is refused before it is read") {
  const Folder folder;
  const auto file = folder.write("");
  fs::resize_file(file, int64_t{1} << 40);  // a line of zeros without an end
  CHECK_THROWS_WITH_AS(open_dataset(file, "train"),
                       (file + ", line 1: a line of over 8192 bytes").c_str(), Error);
}

TEST_CASE("a list that cannot be read says why, and another file is no place") {
  const Folder folder;
  const auto complaint = [&](const std::string& place) -> std::string {
    try {
      open_dataset(place, "train");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const auto none = folder.root + "/none.txt", pipe = folder.root + "/pipe.csv";
  CHECK(complaint(none) == "cannot read the list " + none + ": No such file or directory");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(complaint(pipe) == "cannot read the list " + pipe + ": a device or a pipe, not a file");
  CHECK(complaint(folder.root + "/a.jpg") ==
        "not a folder of images, a list (.txt), a table (.csv) or shards (.tar): " + folder.root +
            "/a.jpg");
}

TEST_CASE("a table has paths and maybe labels, whose columns its first line may name") {
  const Folder folder;
  const auto open = [&](const std::string& text, const DatasetOptions& options = {}) {
    return folder.open(text, "images.CSV", options);
  };
  CHECK(open("a.jpg\ndeep/b.jpg\n") == Listed{"a.jpg", "deep/b.jpg"});
  CHECK(open("path\na.jpg\n") == Listed{"a.jpg"});
  CHECK(open("deep/b.jpg,dog\na.jpg,cat\n") == Listed{"deep/b.jpg dog", "a.jpg cat"});
  const std::string named =
      "width,label,path\r\n4,dog,a.jpg\r\n\r\n5,\"a \"\"b\"\", c\",\"d, "
      "e.jpg\"\r\n6,dog,#c.jpg\r\n";
  CHECK(open(named) == Listed{"a.jpg dog", "d, e.jpg a \"b\", c", "#c.jpg dog"});
  CHECK(open(named, {.classes = {"dog"}}) == Listed{"a.jpg dog", "#c.jpg dog"});
  const Dataset dataset = open_dataset(folder.write("a.jpg,b\ndeep/b.jpg,a\n", "t.csv"), "train");
  CHECK(layout_of(folder.root + "/t.csv") == "table");
  CHECK(dataset.classes == Listed{"a", "b"});
  CHECK(dataset.samples[0].label == 1);
}

TEST_CASE("a row that is wrong is named with its line") {
  const Folder folder;
  const auto complaint = [&](const std::string& text) { return folder.complaint(text, "t.csv"); };
  CHECK(complaint("a.jpg,cat\ndeep/b.jpg,\n") == "t.csv, line 2: no label for deep/b.jpg");
  CHECK(complaint("path,label\n,cat\n") == "t.csv, line 2: no path");
  CHECK(complaint("path,label\na.jpg,cat,1\n") ==
        "t.csv, line 2: 3 cells, where the first line has 2");
  CHECK(complaint("file,class,width\na.jpg,cat,1\n") ==
        "t.csv, line 1: 3 cells, none of which is named `path`");
  CHECK(complaint("path\n\"a.jpg\n") == "t.csv, line 2: a quote that does not end with its cell");
  CHECK(complaint("path\n\"a\".jpg\n") == "t.csv, line 2: a quote that does not end with its cell");
  CHECK(complaint("path,label\n\n../a.jpg,cat\n") ==
        "t.csv, line 3: a path that leaves the folder of the list: ../a.jpg");
  CHECK(complaint("path,label\n") == "no paths in the list " + folder.root + "/t.csv");
  CHECK(complaint("a.jpg,c\xff\n") ==
        "a class name that cannot be shown, or of over 300 bytes, in " + folder.root +
            "/t.csv: c?");
}

TEST_CASE("what a list names and is not there, check finds") {
  const Folder folder;
  const auto file = folder.write("a.jpg\nnone.jpg\n");
  const Plain result = check_dataset({file}, {});
  CHECK(*result.find("bad") ==
        Plain(Plain::List{Plain::Dict{{"path", folder.root + "/a.jpg"},
                                      {"reason", "not an image of a known format"}},
                          Plain::Dict{{"path", folder.root + "/none.jpg"},
                                      {"reason", "No such file or directory"}}}));
}
