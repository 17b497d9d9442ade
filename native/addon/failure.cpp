#include "addon/failure.h"

#include <new>

#include "base/error.h"
#include "base/printable.h"

namespace rdm::addon {

Failure describe(std::exception_ptr exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return {code_name(error.code), printable(error.what()), printable(error.hint)};
  } catch (const std::bad_alloc&) {
    return {"internal", "out of memory", "use a smaller --batch-size, or fewer --workers"};
  } catch (const std::exception& error) {
    return {"internal", error.what(), ""};
  } catch (...) {
    return {"internal", "an unknown exception", ""};
  }
}

Napi::Value to_js_error(Napi::Env env, const Failure& failure) {
  auto error = Napi::Error::New(env, failure.message).Value();
  error.Set("code", failure.code);
  error.Set("hint", failure.hint);
  return error;
}

}  // namespace rdm::addon
