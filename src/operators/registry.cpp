#include "operators/registry.hpp"

#include <array>

namespace pelton::operators {

const Operator* find_operator(std::string_view domain, std::string_view name) noexcept {
  static const std::array kFamilies{
      concat_operators(),  constant_operators(),  constant_of_shape_operators(),
      expand_operators(),  identity_operators(),  reshape_operators(),
      shape_operators(),   slice_operators(),     split_operators(),
      squeeze_operators(), transpose_operators(),
  };
  for (const std::span<const Operator> family : kFamilies) {
    for (const Operator& op : family) {
      if (op.domain == domain && op.name == name) return &op;
    }
  }
  return nullptr;
}

}  // namespace pelton::operators
