// The manifest beside a checkpoint, FILE.sha256, which holds the file's SHA-256 as `sha256sum -c`
// reads it. It is written before the file appears and also holds the hash of the file that is
// replaced, so that the two belong together at any moment.
#pragma once
#include <optional>
#include <string>

namespace rdm {

std::string manifest_of(const std::string& path);

// To be called before a file with this hash appears at `path`. Errors (bad_output): as
// AtomicFile's.
void write_manifest(const std::string& path, const std::string& sha256);

// Reads the file from the disk, not from memory, and says why it is not what its manifest says;
// nothing where it is.
std::optional<std::string> find_fault(const std::string& path);

}  // namespace rdm
