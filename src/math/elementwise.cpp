#include "math/elementwise.hpp"

namespace pelton::math {

std::string_view to_string(UnaryOp op) noexcept {
  switch (op) {
    case UnaryOp::identity: return "identity";
    case UnaryOp::relu: return "relu";
    case UnaryOp::leaky_relu: return "leaky_relu";
    case UnaryOp::elu: return "elu";
    case UnaryOp::selu: return "selu";
    case UnaryOp::celu: return "celu";
    case UnaryOp::thresholded_relu: return "thresholded_relu";
    case UnaryOp::sigmoid: return "sigmoid";
    case UnaryOp::hard_sigmoid: return "hard_sigmoid";
    case UnaryOp::hard_swish: return "hard_swish";
    case UnaryOp::tanh: return "tanh";
    case UnaryOp::softplus: return "softplus";
    case UnaryOp::softsign: return "softsign";
    case UnaryOp::mish: return "mish";
    case UnaryOp::gelu: return "gelu";
    case UnaryOp::gelu_tanh: return "gelu_tanh";
    case UnaryOp::erf: return "erf";
    case UnaryOp::exp: return "exp";
    case UnaryOp::expm1: return "expm1";
    case UnaryOp::log: return "log";
    case UnaryOp::log1p: return "log1p";
    case UnaryOp::sqrt: return "sqrt";
    case UnaryOp::square: return "square";
    case UnaryOp::abs: return "abs";
    case UnaryOp::neg: return "neg";
    case UnaryOp::reciprocal: return "reciprocal";
    case UnaryOp::sign: return "sign";
    case UnaryOp::floor: return "floor";
    case UnaryOp::ceil: return "ceil";
    case UnaryOp::round: return "round";
    case UnaryOp::logical_not: return "not";
    case UnaryOp::is_nan: return "is_nan";
    case UnaryOp::is_inf: return "is_inf";
    case UnaryOp::probit: return "probit";
    case UnaryOp::one_class: return "one_class";
    case UnaryOp::to_float32: return "to_float32";
    case UnaryOp::to_bool: return "to_bool";
    case UnaryOp::to_int8: return "to_int8";
    case UnaryOp::to_int16: return "to_int16";
    case UnaryOp::to_int32: return "to_int32";
    case UnaryOp::to_int64: return "to_int64";
    case UnaryOp::to_uint8: return "to_uint8";
    case UnaryOp::to_uint16: return "to_uint16";
    case UnaryOp::to_uint32: return "to_uint32";
    case UnaryOp::to_uint64: return "to_uint64";
  }
  return "unknown";
}

std::string_view to_string(BinaryOp op) noexcept {
  switch (op) {
    case BinaryOp::add: return "add";
    case BinaryOp::sub: return "sub";
    case BinaryOp::mul: return "mul";
    case BinaryOp::div: return "div";
    case BinaryOp::pow: return "pow";
    case BinaryOp::min: return "min";
    case BinaryOp::max: return "max";
    case BinaryOp::equal: return "equal";
    case BinaryOp::not_equal: return "not_equal";
    case BinaryOp::less: return "less";
    case BinaryOp::less_equal: return "less_equal";
    case BinaryOp::greater: return "greater";
    case BinaryOp::greater_equal: return "greater_equal";
    case BinaryOp::logical_and: return "and";
    case BinaryOp::logical_or: return "or";
    case BinaryOp::logical_xor: return "xor";
  }
  return "unknown";
}

}  // namespace pelton::math
