// What JavaScript gets for any exception: {code, message, hint}.
#pragma once
#include <napi.h>

#include <exception>
#include <string>

namespace rdm::addon {

struct Failure {
  std::string code, message, hint;
};

Failure describe(std::exception_ptr exception);
Napi::Value to_js_error(Napi::Env env, const Failure& failure);

}  // namespace rdm::addon
