// The golden training steps, for one process and for several that share each batch.
#pragma once
#include <nlohmann/json.hpp>

#include "distributed/group.h"
#include "methods/byol.h"

namespace rdm::test {

void check_simsiam_trajectories(Group* group);
void check_byol_trajectories();
void print_byol_distances();  // of float64 to the golden losses

// The same in float64: the golden file's trajectories with exact_losses and exact_sum.
nlohmann::json exact_byol_trajectories(Group* group);
void check_byol_trajectories_together(const nlohmann::json& alone, Group& group);

// SwAV and DINO, without and with small crops.
void check_method_trajectories(torch::ScalarType type, Group* group);

MethodOptions small_byol();
Encoder momentum_encoder(Byol& model);

}  // namespace rdm::test
