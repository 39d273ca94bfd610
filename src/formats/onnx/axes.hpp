#pragma once

#include <cstdint>
#include <vector>

#include "formats/onnx/node_context.hpp"

namespace pelton::formats::onnx {

/// Whether `axis` of a [rows, width] tensor is its columns.
constexpr bool is_column_axis(std::int64_t axis) noexcept { return axis == 1 || axis == -1; }

/// The axes of Squeeze and Unsqueeze: an attribute until version 13, then an input.
inline std::vector<std::int64_t> squeeze_axes(const NodeContext& node) {
  constexpr std::int64_t kAxesAreInputSince = 13;
  if (node.opset() < kAxesAreInputSince) return node.integers("axes");
  return node.has_input(1) ? node.constant_integers(1) : std::vector<std::int64_t>();
}

}  // namespace pelton::formats::onnx
