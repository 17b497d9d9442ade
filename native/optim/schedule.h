// Learning rates as pure functions of where training stands.
#pragma once
#include <cstdint>

namespace rdm {

// The reference scales the learning rate with the total batch: lr · B / 256.
double initial_lr(double lr, int64_t batch_size);

// Half a cosine over the epochs, constant within one: init · ½ (1 + cos(π e / E)).
// Source: adjust_learning_rate in main_simsiam.py and main_lincls.py.
double cosine_lr(double initial, int64_t epoch, int64_t epochs);

}  // namespace rdm
