#include "formats/write_linear.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "formats/onnx/feature_names.hpp"
#include "formats/onnx/graph_writer.hpp"

namespace pelton::formats {

core::Result<std::string> write_linear_onnx(const LinearModelFile& model) {
  const auto fail = [](const char* why) { return core::Error(core::ErrorCode::invalid_argument, why); };
  const std::size_t targets = model.coefficients.rows;
  const std::size_t features = model.coefficients.cols;
  if (targets == 0 || features == 0) return fail("a linear model needs a feature and a target");
  if (model.intercepts.size() != targets) return fail("a linear model needs one intercept a target");
  if (!model.feature_names.empty() && model.feature_names.size() != features) {
    return fail("a linear model needs one name a feature");
  }
  std::vector<double> weights(features * targets);
  for (std::size_t t = 0; t < targets; ++t) {
    for (std::size_t f = 0; f < features; ++f) weights[f * targets + t] = model.coefficients(t, f);
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(weights.begin(), weights.end(), finite) ||
      !std::all_of(model.intercepts.begin(), model.intercepts.end(), finite)) {
    return fail("a linear model needs finite coefficients");
  }

  constexpr std::int64_t kOpset = 13;  // MatMul and Add have not changed since
  onnx::GraphWriter writer("linear_regression");
  writer.node({"MatMul", {"x", "coefficients"}, {"products"}, "multiply"});
  writer.node({"Add", {"products", "intercepts"}, {"y"}, "add_intercepts"});
  writer.constant("coefficients", {static_cast<std::int64_t>(features), static_cast<std::int64_t>(targets)},
                  std::span<const double>(weights));
  writer.constant("intercepts", {static_cast<std::int64_t>(targets)}, model.intercepts);
  writer.input("x", onnx::DataType::float64, features);
  writer.output("y", onnx::DataType::float64, targets);
  if (!model.feature_names.empty()) writer.metadata("feature_names", onnx::format_name_list(model.feature_names));
  return writer.finish(kOpset);
}

}  // namespace pelton::formats
