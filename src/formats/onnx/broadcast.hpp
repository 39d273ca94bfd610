#pragma once

#include <cstddef>

#include "formats/onnx/node_context.hpp"
#include "formats/onnx/value.hpp"
#include "graph/specs.hpp"

namespace pelton::formats::onnx {

/// Whether two inputs must be of one element type.
enum class Types { equal, may_differ };

/// Two inputs of an elementwise operator, fitted to each other.
struct Broadcast {
  graph::Operand a;
  graph::Operand b;
  Rows shape;       ///< of the result; `block` is not set, the type is a's
  DataType type_b;  ///< of the second input
};

/// Fits inputs `a` and `b` of the node by ONNX's broadcasting, refusing what would mix rows: each is
/// [rows, width], [rows, 1], [rows] or a constant of one line (one number for every row, or one a
/// column).
Broadcast broadcast(NodeContext& node, std::size_t a, std::size_t b, Types types = Types::equal);

/// The same, where the first was computed on the way.
Broadcast broadcast(NodeContext& node, const Rows& a, std::size_t b, Types types = Types::equal);

}  // namespace pelton::formats::onnx
