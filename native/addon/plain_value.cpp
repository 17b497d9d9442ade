#include "addon/plain_value.h"

#include <algorithm>
#include <cmath>

namespace rdm::addon {
namespace {

Plain from_number(double number) {
  const bool whole = std::trunc(number) == number && std::abs(number) <= 0x1p53;
  return whole ? Plain(static_cast<int64_t>(number)) : Plain(number);
}

Plain from_object(const Napi::Object& object) {
  if (object.IsArray()) {
    Plain::List list;
    const auto array = object.As<Napi::Array>();
    for (uint32_t i = 0; i < array.Length(); ++i) list.push_back(from_js(array[i]));
    return list;
  }
  Plain::Dict dict;
  const auto keys = object.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); ++i) {
    const auto key = Napi::Value(keys[i]).ToString().Utf8Value();
    dict.emplace_back(key, from_js(object.Get(key)));
  }
  return dict;
}

struct ToJs {
  Napi::Env env;

  Napi::Value operator()(std::monostate) const { return env.Null(); }
  Napi::Value operator()(bool value) const { return Napi::Boolean::New(env, value); }
  Napi::Value operator()(int64_t value) const {
    return Napi::Number::New(env, static_cast<double>(value));
  }
  Napi::Value operator()(double value) const { return Napi::Number::New(env, value); }
  Napi::Value operator()(const std::string& value) const { return Napi::String::New(env, value); }
  Napi::Value operator()(const Plain::List& list) const {
    auto array = Napi::Array::New(env, list.size());
    for (uint32_t i = 0; i < list.size(); ++i) array[i] = to_js(env, list[i]);
    return array;
  }
  Napi::Value operator()(const Plain::Dict& dict) const {
    auto object = Napi::Object::New(env);
    for (const auto& [key, value] : dict) object.Set(key, to_js(env, value));
    return object;
  }
  Napi::Value operator()(const Plain::Floats& values) const {
    auto array = Napi::Float32Array::New(env, values.size());
    std::ranges::copy(values, array.Data());
    return array;
  }
  Napi::Value operator()(const Plain::Bytes& bytes) const {
    auto array = Napi::Uint8Array::New(env, bytes.size());
    std::ranges::copy(bytes, array.Data());
    return array;
  }
};

}  // namespace

Plain from_js(const Napi::Value& value) {
  if (value.IsNull() || value.IsUndefined()) return {};
  if (value.IsBoolean()) return value.As<Napi::Boolean>().Value();
  if (value.IsNumber()) return from_number(value.As<Napi::Number>().DoubleValue());
  if (value.IsString()) return value.As<Napi::String>().Utf8Value();
  if (value.IsObject() && !value.IsFunction()) return from_object(value.As<Napi::Object>());
  throw Napi::TypeError::New(value.Env(), "only plain values can be passed to rdm");
}

Napi::Value to_js(Napi::Env env, const Plain& value) {
  return std::visit(ToJs{env}, value.variant());
}

}  // namespace rdm::addon
