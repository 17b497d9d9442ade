// Files that are of two formats at once: PyTorch, or another program, would see other contents than
// what was looked at here.
#pragma once
#include <fstream>

namespace rdm {

// Each throws a pickle::Malformed that names the second format.
void refuse_tar(std::ifstream& file);     // which torch.load tries before its older format
void refuse_zip(std::ifstream& file);     // told by its first bytes, or by its end
void refuse_pickle(std::ifstream& file);  // which torch.load takes any other file for

}  // namespace rdm
