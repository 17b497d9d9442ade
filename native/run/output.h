// The output folder.
#pragma once
#include <string>

namespace rdm {

// Creates the folder where needed and proves that it can be written, before any work is done.
// Throws Code::bad_output naming the folder and the reason.
void prepare_output(const std::string& folder);

std::string in_folder(const std::string& folder, const std::string& file);

}  // namespace rdm
