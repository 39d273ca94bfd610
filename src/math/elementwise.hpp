#pragma once

#include <cstdint>
#include <string_view>

namespace pelton::math {

/// Functions of one number. All propagate NaN unless said; alpha and beta as in the ONNX operator
/// of that name. Results are the same bits on every instruction set.
enum class UnaryOp : std::uint8_t {
  identity,
  relu,              ///< x < 0 ? 0 : x
  leaky_relu,        ///< x < 0 ? alpha x : x
  elu,               ///< x < 0 ? alpha (e^x − 1) : x
  selu,              ///< x > 0 ? beta x : beta alpha (e^x − 1)   (ONNX calls beta gamma)
  celu,              ///< max(0, x) + min(0, alpha (e^(x/alpha) − 1))
  thresholded_relu,  ///< x > alpha ? x : 0
  sigmoid,           ///< 1 / (1 + e^−x)
  hard_sigmoid,      ///< max(0, min(1, alpha x + beta))
  hard_swish,        ///< x max(0, min(1, x/6 + 1/2))
  tanh,
  softplus,   ///< log(1 + e^x)
  softsign,   ///< x / (1 + |x|)
  mish,       ///< x tanh(softplus(x))
  gelu,       ///< x/2 (1 + erf(x/√2))
  gelu_tanh,  ///< x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))
  erf,
  exp,
  expm1,
  log,
  log1p,
  sqrt,
  square,
  abs,
  neg,
  reciprocal,
  sign,  ///< −1, 0 or 1
  floor,
  ceil,
  round,        ///< half to even
  logical_not,  ///< x == 0
  is_nan,
  is_inf,      ///< alpha != 0 counts −∞, beta != 0 counts +∞
  probit,      ///< the normal quantile as ONNX Runtime computes it: √2 · winitzki_erfinv(2x − 1)
  one_class,   ///< x > 0 ? 1 : −1 (NaN: −1), libsvm's answer of a one-class machine
  to_float32,  ///< rounded to the nearest float, ties to even
  to_bool,     ///< x != 0 (NaN: 1)
  to_int8,     ///< to_int*: toward zero; beyond the type what x86 gives (see cast notes below)
  to_int16,
  to_int32,
  to_int64,
  to_uint8,
  to_uint16,
  to_uint32,
  to_uint64,
};
// Casts to integers: NaN and values beyond int64 become INT64_MIN (beyond int32 INT32_MIN for the
// types of at most 32 signed bits), then the low bits of the type are kept. A register holds doubles, so results
// beyond 2^53 are the nearest double.

/// Functions of two numbers. Comparisons and logic give 1 or 0; a comparison with NaN is 0
/// (not_equal: 1). min and max give NaN if either side is.
enum class BinaryOp : std::uint8_t {
  add,
  sub,
  mul,
  div,
  pow,
  min,
  max,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  logical_xor,
};

std::string_view to_string(UnaryOp op) noexcept;
std::string_view to_string(BinaryOp op) noexcept;

/// A unary function with its parameters.
struct Activation {
  UnaryOp op = UnaryOp::identity;
  double alpha = 0;
  double beta = 0;
};

}  // namespace pelton::math
