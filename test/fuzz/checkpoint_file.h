// Reads bytes as a checkpoint in every way there is; only bad_checkpoint may come of it.
#pragma once
#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/names.h"
#include "scratch.h"
#include "tools/inspect.h"

namespace rdm::fuzz {

template <typename Read>
void refuse_or_read(const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.code != Code::bad_checkpoint) __builtin_trap();
  }
}

inline void read_checkpoint(std::string_view bytes) {
  static const Scratch scratch;
  const auto path = scratch.write("checkpoint", bytes);
  refuse_or_read([&] { inspect_checkpoint(path); });
  refuse_or_read([&] { load_backbone(path, ""); });
  refuse_or_read([&] { load_checkpoint(path); });
}

}  // namespace rdm::fuzz
