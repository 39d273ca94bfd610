#include "formats/onnx/broadcast.hpp"

#include <algorithm>
#include <utility>

namespace pelton::formats::onnx {
namespace {

/// A constant as values per column, if it is one line wide enough to stand beside `rows`.
std::vector<double> line(const NodeContext& node, Tensor tensor, const Rows& rows) {
  if (tensor.is_text()) node.refuse("works on text");
  const std::size_t count = tensor.size();
  const std::size_t rank = rows.flat ? 1 : 2;
  const bool one_line = tensor.shape.empty() || static_cast<std::uint64_t>(tensor.shape.back()) == count;
  if (count == 0 || !one_line || tensor.shape.size() > rank) {
    node.refuse("takes a constant that is not one line of values for every row");
  }
  if (count != 1 && (rows.flat || (rows.width != 1 && rows.width != count))) {
    node.malformed("takes " + std::to_string(count) + " constants beside rows of " + std::to_string(rows.width));
  }
  return std::move(tensor).numbers();
}

void check_types(const NodeContext& node, DataType a, DataType b, Types types) {
  if (types == Types::may_differ || a == b) return;
  node.refuse("takes " + std::string(to_string(a)) + " and " + std::string(to_string(b)) + " together");
}

Rows result(const Rows& like, std::size_t width, std::size_t layers) {
  return {.block = {}, .width = width, .type = like.type, .flat = like.flat, .layers = layers};
}

}  // namespace

Broadcast broadcast(NodeContext& node, const Rows& a, std::size_t b, Types types) {
  if (node.is_constant(b)) {
    Tensor tensor = node.constant(b);
    const DataType type_b = tensor.type;
    check_types(node, a.type, type_b, types);
    std::vector<double> values = line(node, std::move(tensor), a);
    const std::size_t width = std::max(a.width, values.size());
    return {a.block, std::move(values), result(a, width, a.layers), type_b};
  }
  const Rows& other = node.rows(b);
  check_types(node, a.type, other.type, types);
  if (a.flat != other.flat) node.refuse("takes [rows] and [rows, width] together, which mixes rows");
  if (a.width != other.width && a.width != 1 && other.width != 1) node.malformed("takes inputs of different widths");
  return {a.block, other.block, result(a, std::max(a.width, other.width), std::max(a.layers, other.layers)),
          other.type};
}

Broadcast broadcast(NodeContext& node, std::size_t a, std::size_t b, Types types) {
  if (node.is_rows(a)) return broadcast(node, node.rows(a), b, types);
  if (!node.is_constant(a)) static_cast<void>(node.rows(a));
  if (!node.is_rows(b)) node.refuse("works on constants alone");
  Broadcast swapped = broadcast(node, node.rows(b), a, types);
  std::swap(swapped.a, swapped.b);
  std::swap(swapped.shape.type, swapped.type_b);
  return swapped;
}

}  // namespace pelton::formats::onnx
