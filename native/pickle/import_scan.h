// Whether a file of another format could run code where a program takes it for a pickle.
#pragma once
#include <istream>

namespace rdm::pickle {

// Passes over opcodes by their lengths alone, through one pickle after the other, until there is an
// opcode that imports something by name (then true), or bytes that are no opcode. An unpickler
// stops at those too, or earlier, so that no code of a file runs where this is false. Source: the
// opcodes of Python's pickletools.
bool may_import(std::istream& in);

}  // namespace rdm::pickle
