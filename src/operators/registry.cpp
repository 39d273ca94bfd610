#include "operators/registry.hpp"

#include <array>

namespace pelton::operators {

const Operator* find_operator(std::string_view domain, std::string_view name) noexcept {
  static const std::array kFamilies{
      batch_normalization_operators(),
      cdist_operators(),
      einsum_operators(),
      gemm_operators(),
      group_normalization_operators(),
      identity_operators(),
      layer_normalization_operators(),
      linear_systems_operators(),
      matmul_integer_operators(),
      matmul_operators(),
      mean_variance_normalization_operators(),
  };
  for (const std::span<const Operator> family : kFamilies) {
    for (const Operator& op : family) {
      if (op.domain == domain && op.name == name) return &op;
    }
  }
  return nullptr;
}

}  // namespace pelton::operators
