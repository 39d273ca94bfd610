#include "operators/registry.hpp"

#include <array>

namespace pelton::operators {

const Operator* find_operator(std::string_view domain, std::string_view name) noexcept {
  // clang-format off
  static const std::array kFamilies{
      arg_extreme_operators(),
      arithmetic_operators(),
      cast_operators(),
      clip_operators(),
      comparison_operators(),
      cumulative_operators(),
      dropout_operators(),
      function_operators(),
      identity_operators(),
      logic_operators(),
      lp_normalization_operators(),
      power_operators(),
      reduce_operators(),
      shrink_operators(),
      sign_operators(),
      softmax_operators(),
      trigonometry_operators(),
      variadic_operators(),
      where_operators(),
  };
  // clang-format on
  for (const std::span<const Operator> family : kFamilies) {
    for (const Operator& op : family) {
      if (op.domain == domain && op.name == name) return &op;
    }
  }
  return nullptr;
}

}  // namespace pelton::operators
