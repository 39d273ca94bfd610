#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "math/matrix_view.hpp"

namespace pelton::formats {

/// A linear model to be written.
struct LinearModelFile {
  math::ConstMatrix coefficients;            ///< [targets, features]
  std::span<const double> intercepts;        ///< one a target
  std::vector<std::string> feature_names{};  ///< one a feature, or none
};

/// Writes x · coefficientsᵀ + intercepts as an ONNX file in double precision (MatMul and Add: the
/// operators of ai.onnx.ml hold coefficients as float). Other runtimes read it; the same model gives
/// the same bytes. invalid_argument where the parts do not fit together or a number is not finite.
core::Result<std::string> write_linear_onnx(const LinearModelFile& model);

}  // namespace pelton::formats
