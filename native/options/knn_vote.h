// How the nearest neighbours of an image decide its class.
#pragma once
#include <cstdint>

#include "base/dictionary_reader.h"

namespace rdm {

enum class Distance { cosine, euclidean };

// The k nearest vote with exp(cosine / temperature), or with 1 / (euclidean distance + 1e-5).
// Source: Wu et al. 2018, section 3.4; solo-learn's WeightedKNNClassifier.
struct KnnVote {
  int64_t k = 20;
  double temperature = 0.07;
  Distance distance = Distance::cosine;

  void read(DictionaryReader& reader) {
    reader.positive("k", k);
    reader.read("temperature", temperature);
    reader.read("distance", distance,
                {{"cosine", Distance::cosine}, {"euclidean", Distance::euclidean}});
  }
};

}  // namespace rdm
