// Shards as places: what they list, their index, and every shard that is wrong.
#include "data/datasets/shards.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/datasets/places.h"
#include "data/scratch.h"
#include "data/shards/open_shard.h"
#include "data/shards/shard_range.h"
#include "data/subsets/subset.h"
#include "data/tars.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

struct Shards {
  Scratch scratch;
  std::string root = scratch.path.string();

  std::string write(const std::string& members, const std::string& name = "x.tar") const {
    std::ofstream(scratch.path / name, std::ios::binary) << members << kTarEnd;
    return root + "/" + name;
  }

  // Its names, labels and bytes, or what it complains of; without the folder.
  Lines open(const Places& places, const DatasetOptions& options = {}) const {
    try {
      const Dataset dataset = open_places(places, "train", options);
      Lines out;
      for (const auto& sample : dataset.samples) {
        std::string bytes;
        dataset.shards->read(sample.shard, sample.offset, sample.bytes, bytes);
        out.push_back(sample.path.substr(root.size() + 1) +
                      (dataset.labelled() ? " " + dataset.classes[sample.label] : "") + ": " +
                      bytes);
      }
      return out;
    } catch (const Error& error) {
      CHECK(error.code == Code::bad_data);
      std::string what = error.what();
      for (size_t at; (at = what.find(root + "/")) != std::string::npos;) {
        what.erase(at, root.size() + 1);
      }
      return {what};
    }
  }

  std::string complaint(const std::string& members) const {
    const auto out = open({write(members)});
    REQUIRE(out.size() == 1);
    return out[0];
  }

  Lines notes(const std::string& place) const {
    return open_places({place}, "train").sources[0].notes;
  }
};

}  // namespace

TEST_CASE("members with one key are an image and its label, in the order of the shards") {
  const Shards shards;
  shards.write(tar_file("b.jpg", "one") + tar_file("b.cls", "7\n") + tar_file("a.json", "{}") +
                   tar_file("a.JPEG", "two") + tar_file("a.cls", "10"),
               "s-08.tar");
  shards.write(tar_file("deep.er/c.cls", "ignored") + tar_file("deep.er/c.png", "three") +
                   tar_file("deep.er/c.json", R"({"caption": {"label": 1}, "label": "dog"})") +
                   tar_file("d.webp", "four") + tar_file("d.json", R"({"label": 7})") +
                   tar_file("notes.txt", "no image") + tar_file(".hidden.jpg", "x"),
               "s-09.tar");
  const auto range = shards.root + "/s-{08..09}.tar";
  const Lines all{"s-08.tar/b.jpg 7: one", "s-08.tar/a.JPEG 10: two",
                  "s-09.tar/deep.er/c.png dog: three", "s-09.tar/d.webp 7: four"};
  CHECK(shards.open({range}) == all);
  CHECK(shards.open({range}) == all);  // now by the index
  CHECK(shards.open({shards.root + "/s-08.tar", shards.root + "/s-09.tar"}) == all);
  CHECK(shards.open({range}, {.classes = {"dog"}}) == Lines{all[2]});
  const auto dataset = open_places({range}, "train");
  CHECK(take_subset(dataset, {.images_per_class = 1}).size() == 3);
  CHECK(dataset.classes == Lines{"10", "7", "dog"});
  CHECK(dataset.sources[0].layout == "shards");
  CHECK(dataset.ignored == ExtensionCounts{{".txt", 1}, {".hidden.jpg", 1}});
}

TEST_CASE("a range of shards is its files; one that is wrong is refused") {
  CHECK(shards_of("/none/s-{8..11}.tar") ==
        Lines{"/none/s-8.tar", "/none/s-9.tar", "/none/s-10.tar", "/none/s-11.tar"});
  CHECK(shards_of("/none/{0..1}/{00..01}.tar") ==
        Lines{"/none/0/00.tar", "/none/0/01.tar", "/none/1/00.tar", "/none/1/01.tar"});
  CHECK(shards_of("/none/x.tar") == Lines{"/none/x.tar"});
  const auto complaint = [](const char* place) -> std::string {
    try {
      shards_of(place);
      return "";
    } catch (const Error& error) {
      CHECK(error.code == Code::bad_data);
      return error.what();
    }
  };
  CHECK(complaint("s-{2..1}.tar") == "an empty range, {2..1}, in s-{2..1}.tar");
  CHECK(complaint("s-{}.tar") == "`{}` is no range in s-{}.tar");
  CHECK(complaint("s-{1..}.tar") == "`` is no number in s-{1..}.tar");
  CHECK(complaint("s-{a..b}.tar") == "`a` is no number in s-{a..b}.tar");
  CHECK(complaint("s-{1..2.tar") == "a range without its end in s-{1..2.tar");
  CHECK(complaint("s-{0..1000000}.tar") == "over 1000000 shards in s-{0..1000000}.tar");
  const Shards shards;
  shards.write(tar_file("a.jpg", "x"), "s-0.tar");
  CHECK(shards.open({shards.root + "/s-{0..1}.tar"}) ==
        Lines{"cannot read the shard s-1.tar: No such file or directory"});
  shards.write(tar_file("a.jpg", "x"), "s-{0..1}.tar");  // a file of that very name
  CHECK(shards.open({shards.root + "/s-{0..1}.tar"}) == Lines{"s-{0..1}.tar/a.jpg: x"});
}

TEST_CASE("shards that are wrong are refused by member and offset") {
  const Shards shards;
  CHECK(shards.complaint("") == "no images in the shard x.tar");
  CHECK(shards.complaint(tar_file("a.txt", "x") + tar_file("a.1.jpg", "x")) ==
        "no images in the shard x.tar; there are other members: .1.jpg 1, .txt 1");
  CHECK(shards.complaint(tar_file("a.jpg", "x") + tar_file("a.png", "x")) ==
        "x.tar, at byte 1536: a second image of the key a");
  CHECK(
      shards.complaint(tar_file("a.jpg", "x") + tar_file("b.jpg", "x") + tar_file("a.jpg", "x")) ==
      "x.tar, at byte 2560: the key a comes again; it was at byte 512");
  CHECK(shards.complaint(tar_file("a.jpg", "x") + tar_file("a.cls", " \n")) ==
        "x.tar, at byte 1536: an empty label: a.cls");
  CHECK(shards.complaint(tar_file("a.jpg", "x") + tar_file("a.cls", "a\x1B")) ==
        "x.tar, at byte 512: a label that cannot be shown, or of over 300 bytes: a?");
  CHECK(
      shards.complaint(tar_file("a.jpg", "x") + tar_file("a.cls", "1") + tar_file("b.jpg", "x")) ==
      "x.tar, at byte 2560: no label for b.jpg, where others have one");
  CHECK(
      shards.complaint(tar_file("b.jpg", "x") + tar_file("a.jpg", "x") + tar_file("a.cls", "1")) ==
      "x.tar, at byte 512: no label for b.jpg, where others have one");
  const auto with_json = [&](const std::string& json) {
    return shards.complaint(tar_file("a.jpg", "x") + tar_file("a.json", json));
  };
  CHECK(with_json(R"({"label": [1]})") ==
        "x.tar, at byte 1536: a.json: its label is neither a text nor a whole number");
  CHECK(with_json(R"({"label": 1, "label": 2})") ==
        "x.tar, at byte 1536: a.json: its JSON has two labels");
  CHECK(with_json("[1]") == "x.tar, at byte 1536: a.json: its JSON is no object");
  CHECK(with_json(R"({"label")") == "x.tar, at byte 1536: a.json: its JSON is wrong after 9 bytes");
  CHECK(with_json(std::string(1 << 19, '{')).starts_with("x.tar, at byte 1536: a.json: its JSON"));
  shards.write(tar_file("a.jpg", "x"), "y.tar");
  shards.write(tar_file("a.jpg", "x") + tar_file("a.cls", "1"));
  CHECK(shards.open({shards.root + "/y.tar", shards.root + "/x.tar"}).size() == 2);
  CHECK(open_places({shards.root + "/x.tar"}, "train").labelled());
}

TEST_CASE("an index holds until its shard changes, which is told") {
  const Shards shards;
  const auto place = shards.write(tar_file("a.jpg", "one"));
  const auto first = listing_hash(open_places({place}, "train"));
  CHECK(fs::is_regular_file(place + ".index"));
  CHECK(shards.notes(place).empty());
  const auto known = open_shard(place).index;
  CHECK(decode_index(encode_index(known)) == known);

  fs::last_write_time(place, fs::last_write_time(place) + std::chrono::seconds(5));
  CHECK(shards.notes(place).empty());  // the same directory
  CHECK(listing_hash(open_places({place}, "train")) == first);

  shards.write(tar_file("a.jpg", "four"));
  CHECK(shards.notes(place) ==
        Lines{place + " changed since it was indexed, and was indexed again"});
  CHECK(shards.notes(place).empty());
  CHECK(shards.open({place}) == Lines{"x.tar/a.jpg: four"});
  CHECK(listing_hash(open_places({place}, "train")) != first);

  std::ofstream(place + ".index", std::ios::app) << "x";  // damaged: made anew
  CHECK(shards.open({place}) == Lines{"x.tar/a.jpg: four"});
  CHECK(open_shard(place).kept);

  const auto dataset = open_places({place}, "train");
  shards.write(tar_file("a.jpg", "changed under the reader"));
  std::string bytes;
  CHECK_THROWS_WITH(dataset.shards->read(0, 512, 4, bytes),
                    doctest::Contains("the shard has changed since it was listed: "));
}

TEST_CASE("an index lies in the cache where the shard's folder cannot be written") {
  const Shards shards;
  const auto place = shards.write(tar_file("a.jpg", "one"));
  const auto set_cache = [](const std::string& folder) {
    setenv("XDG_CACHE_HOME", folder.c_str(), /*overwrite=*/1);
  };
  const char* before = std::getenv("XDG_CACHE_HOME");
  const std::string old = before ? before : "";
  fs::create_directory(place + ".index");  // nothing can be renamed to it
  set_cache(shards.root + "/cache");
  CHECK(shards.notes(place).empty());
  CHECK(std::distance(fs::directory_iterator(shards.root + "/cache/rdm/shards"), {}) == 1);
  CHECK(shards.open({place}) == Lines{"x.tar/a.jpg: one"});
  std::ofstream(shards.root + "/none") << "a file, not a folder";
  set_cache(shards.root + "/none");
  CHECK(shards.notes(place) ==
        Lines{place + " is indexed anew each time, as neither its folder nor the cache can be "
                      "written"});
  before ? set_cache(old) : static_cast<void>(unsetenv("XDG_CACHE_HOME"));
}

TEST_CASE("an index that names what its shard cannot hold counts as none") {
  ShardIndex index{{4096, 1}, 2, {"cat"}, {}, {{"a.jpg", 512, 100, 0}}};
  const auto holds = [&] { return decode_index(encode_index(index)).has_value(); };
  CHECK(holds());
  auto& image = index.images[0];
  for (const ShardImage& wrong : {ShardImage{"a.jpg", 512, 3585, 0}, ShardImage{"a.jpg", 0, 1, 0},
                                  ShardImage{"a.jpg", -1, 1, 0}, ShardImage{"a.jpg", 512, 1, 1},
                                  ShardImage{"a.jpg", 512, 1, -1}, ShardImage{"a\n.jpg", 512, 1, 0},
                                  ShardImage{"", 512, 1, 0}}) {
    image = wrong;
    CHECK(!holds());
  }
}
