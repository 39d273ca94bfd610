#include "model/schema.hpp"

namespace pelton::model {

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::predict: return "predict";
    case Method::predict_proba: return "predict_proba";
    case Method::decision_function: return "decision_function";
    case Method::leaf: return "leaf";
    case Method::contrib: return "contrib";
  }
  return "unknown";
}

std::optional<Method> parse_method(std::string_view name) noexcept {
  for (const Method method : kAllMethods) {
    if (name == to_string(method)) return method;
  }
  return std::nullopt;
}

std::string_view to_string(ElementType type) noexcept {
  switch (type) {
    case ElementType::float32: return "float32";
    case ElementType::float64: return "float64";
    case ElementType::int64: return "int64";
    case ElementType::boolean: return "bool";
    case ElementType::string: return "string";
  }
  return "unknown";
}

}  // namespace pelton::model
