// The output folder.
#pragma once
#include <fstream>
#include <string>

namespace rdm {

// Creates the folder where needed and proves that it can be written, before any work is done.
// Throws Code::bad_output naming the folder and the reason.
void prepare_output(const std::string& folder);

// A list in the folder, begun anew. What stands there under its name, a link or a pipe perhaps, is
// removed and not written to.
std::ofstream begin_list(const std::string& path);

std::string in_folder(const std::string& folder, const std::string& file);

}  // namespace rdm
