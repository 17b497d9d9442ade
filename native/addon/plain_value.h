// Converts plain values to and from JavaScript.
#pragma once
#include <napi.h>

#include "base/plain.h"

namespace rdm::addon {

// Whole numbers become integers. Throws Napi::TypeError for functions, symbols and the like.
Plain from_js(const Napi::Value& value);
Napi::Value to_js(Napi::Env env, const Plain& value);

}  // namespace rdm::addon
