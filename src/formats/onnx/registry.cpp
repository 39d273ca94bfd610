#include "formats/onnx/registry.hpp"

#include <array>

namespace pelton::formats::onnx {

std::span<const std::span<const Operator>> operator_families() noexcept {
  static const std::array kFamilies{
      column_operators(),  dense_operators(),       elementwise_operators(), encoding_operators(), label_operators(),
      learned_operators(), normalizing_operators(), reducing_operators(),    shape_operators(),    tree_operators()};
  return kFamilies;
}

const Operator* find_operator(std::string_view domain, std::string_view name) noexcept {
  if (domain == "ai.onnx") domain = "";
  for (const std::span<const Operator> family : operator_families()) {
    for (const Operator& op : family) {
      if (op.domain == domain && op.name == name) return &op;
    }
  }
  return nullptr;
}

}  // namespace pelton::formats::onnx
