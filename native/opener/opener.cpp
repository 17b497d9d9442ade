// Opens a shared library before the addon is loaded. A prebuilt addon names LibTorch's libraries
// without a place; the loader takes those that the process has already, from wherever they were
// found. Its own addon, as it must load where LibTorch is not there.
#include <dlfcn.h>
#include <node_api.h>

#include <cstddef>
#include <string>

namespace {

// open(path): stays open as long as the process lives; throws what the loader says.
napi_value open(napi_env env, napi_callback_info info) {
  std::size_t count = 1;
  napi_value argument = nullptr;
  std::size_t length = 0;
  std::string path;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count != 1 ||
      napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "open() takes a path");
    return nullptr;
  }
  path.resize(length + 1);  // with the zero that ends it
  napi_get_value_string_utf8(env, argument, path.data(), path.size(), &length);
  if (dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL) == nullptr) {
    napi_throw_error(env, nullptr, dlerror());
  }
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  if (napi_create_function(env, "open", NAPI_AUTO_LENGTH, open, nullptr, &function) == napi_ok) {
    napi_set_named_property(env, exports, "open", function);
  }
  return exports;
}
