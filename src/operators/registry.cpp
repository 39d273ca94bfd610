#include "operators/registry.hpp"

#include <array>

namespace pelton::operators {

const Operator* find_operator(std::string_view domain, std::string_view name) noexcept {
  static const std::array kFamilies{
      concat_operators(),
      constant_operators(),
      constant_of_shape_operators(),
      expand_operators(),
      eye_like_operators(),
      gather_operators(),
      gather_elements_operators(),
      gather_nd_operators(),
      identity_operators(),
      non_zero_operators(),
      one_hot_operators(),
      pad_operators(),
      range_operators(),
      reshape_operators(),
      scan_operators(),
      scatter_elements_operators(),
      scatter_nd_operators(),
      sequence_operators(),
      shape_operators(),
      slice_operators(),
      split_operators(),
      split_to_sequence_operators(),
      squeeze_operators(),
      top_k_operators(),
      transpose_operators(),
      unique_operators(),
  };
  for (const std::span<const Operator> family : kFamilies) {
    for (const Operator& op : family) {
      if (op.domain == domain && op.name == name) return &op;
    }
  }
  return nullptr;
}

}  // namespace pelton::operators
