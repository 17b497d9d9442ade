// The side manifest of a checkpoint, FILE.sha256: its SHA-256 as `sha256sum -c` reads it. It is
// written before its file appears and also names the hash of the file that is replaced, so that at
// any moment the two belong together.
#pragma once
#include <optional>
#include <string>

namespace rdm {

std::string manifest_of(const std::string& path);

// Of `path`, which is about to be replaced by, or made with, what hashes to `sha256`. Errors
// (bad_output): as AtomicFile's.
void write_manifest(const std::string& path, const std::string& sha256);

// Reads the file from the disk, not from memory, and tells why it cannot be trusted; nothing where
// it is what its manifest says.
std::optional<std::string> find_fault(const std::string& path);

}  // namespace rdm
