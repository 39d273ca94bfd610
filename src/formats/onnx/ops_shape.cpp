#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "formats/onnx/axes.hpp"
#include "formats/onnx/registry.hpp"

/// Operators that give values another shape.
namespace pelton::formats::onnx {
namespace {

void identity(NodeContext& node) { node.give(node.input(0)); }

void dropout(NodeContext& node) {
  static_cast<void>(node.number("ratio", 0));
  static_cast<void>(node.integer("seed", 0));
  if (node.has_input(2) && node.constant_number(2) != 0) node.refuse("drops values at random (training_mode)");
  if (node.node().output.size() > 1 && !node.node().output[1].empty()) node.refuse("gives its mask");
  node.give(node.rows(0));
}

/// A constant in another shape.
void reshape_constant(NodeContext& node, std::vector<std::int64_t> shape) {
  Tensor tensor = node.constant(0);
  std::int64_t known = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && d < tensor.shape.size()) shape[d] = tensor.shape[d];
    if (shape[d] < -1 || (shape[d] > 0 && __builtin_mul_overflow(known, shape[d], &known)))
      node.malformed("has an impossible shape");
    if (shape[d] == 0) known = 0;
  }
  const auto unknown = std::find(shape.begin(), shape.end(), -1);
  const std::int64_t size = static_cast<std::int64_t>(tensor.size());
  if (unknown != shape.end() && known > 0 && size % known == 0) {
    *unknown = size / known;
    known = size;
  }
  if (known != size || std::find(shape.begin(), shape.end(), -1) != shape.end())
    node.malformed("does not fit the shape it asks for");
  tensor.shape = std::move(shape);
  node.give(std::move(tensor));
}

/// Whether `shape` asks for [rows, width], [rows] (flat), or something else of a value of that width.
/// A first dimension of 1 counts as the rows: files made for one row at a time say so.
enum class RowShape { matrix, flat, other };
RowShape row_shape(const std::vector<std::int64_t>& shape, std::size_t width) {
  const auto is_rows = [](std::int64_t d) { return d == -1 || d == 0 || d == 1; };
  const std::int64_t columns = static_cast<std::int64_t>(width);
  if (shape.size() == 1) return shape[0] == -1 && width == 1 ? RowShape::flat : RowShape::other;
  if (shape.size() != 2 || !is_rows(shape[0])) return RowShape::other;
  const bool both_open = shape[0] == -1 && shape[1] == -1;
  const bool fits = shape[1] == columns || (shape[1] == -1 && !both_open) || (shape[1] == 0 && shape[0] == -1);
  return fits ? RowShape::matrix : RowShape::other;
}

void reshape_words(NodeContext& node, const std::vector<std::int64_t>& shape) {
  Words x = node.words(0);
  const RowShape asked = row_shape(shape, x.width());
  if (asked == RowShape::other || (x.flat && shape.size() == 2 && shape[1] == 0)) {
    node.refuse("reshapes rows of " + std::to_string(x.width()) + " to other than one line a row");
  }
  x.flat = asked == RowShape::flat;
  node.give(std::move(x));
}

/// The lines of a row one after the other. A 0 would be the lines alone.
void reshape_stacked(NodeContext& node, const std::vector<std::int64_t>& shape) {
  Rows rows = std::get<Stacked>(node.input(0)).rows;
  if (row_shape(shape, rows.width) != RowShape::matrix || shape[1] == 0) {
    node.refuse("reshapes rows of " + std::to_string(rows.width) + " to other than one line a row");
  }
  node.give(std::move(rows));
}

void reshape(NodeContext& node) {
  if (node.integer("allowzero", 0) != 0) node.refuse("attribute \"allowzero\"");
  const std::vector<std::int64_t> shape = node.constant_integers(1);
  if (node.is_constant(0)) return reshape_constant(node, shape);
  if (node.is_words(0)) return reshape_words(node, shape);
  if (node.is_stacked(0)) return reshape_stacked(node, shape);
  if (node.is_labels(0)) {
    Labels labels = std::get<Labels>(node.input(0));
    const RowShape asked = row_shape(shape, 1);
    if (asked == RowShape::other || (asked == RowShape::matrix && shape[1] == 0))
      node.refuse("reshapes labels to other than one a row");
    labels.sideways = false;
    labels.flat = asked == RowShape::flat;
    return node.give(std::move(labels));
  }
  Rows x = node.rows(0);
  const RowShape asked = row_shape(shape, x.width);
  if (asked == RowShape::other || (x.flat && shape.size() == 2 && shape[1] == 0)) {
    node.refuse("reshapes rows of " + std::to_string(x.width) + " to other than one line a row");
  }
  x.flat = asked == RowShape::flat;
  node.give(std::move(x));
}

void flatten(NodeContext& node) {
  const std::int64_t axis = node.integer("axis", 1);
  if (node.is_words(0) && !node.words(0).flat && (axis == 1 || axis == -1)) return node.give(node.words(0));
  if (node.is_stacked(0) && (axis == 1 || axis == -2)) return node.give(std::get<Stacked>(node.input(0)).rows);
  Rows x = node.rows(0);
  if (axis != 1 && (x.flat || axis != -1)) node.refuse("flattens the rows together");
  x.flat = false;
  node.give(std::move(x));
}

void squeeze(NodeContext& node) {
  const std::vector<std::int64_t> axes = squeeze_axes(node);
  if (node.is_labels(0)) {
    Labels labels = std::get<Labels>(node.input(0));
    const bool first = axes.size() == 1 && (axes[0] == 0 || axes[0] == -2);
    const bool last = axes.size() == 1 && is_column_axis(axes[0]);
    if (!(labels.sideways && first) && !(!labels.sideways && !labels.flat && last)) node.refuse("squeezes the rows");
    labels.sideways = false;
    labels.flat = true;
    return node.give(std::move(labels));
  }
  if (node.is_constant(0)) {
    Tensor tensor = node.constant(0);
    if (axes.empty() || tensor.size() != 1) node.refuse("squeezes a constant of several values");
    tensor.shape.clear();
    return node.give(std::move(tensor));
  }
  if (node.is_stacked(0)) {
    const Stacked& x = std::get<Stacked>(node.input(0));
    if (axes.size() != 1 || (axes[0] != 1 && axes[0] != -2)) node.refuse("squeezes other axes than the lines");
    if (x.lines() != 1) node.malformed("squeezes " + std::to_string(x.lines()) + " lines");
    return node.give(x.rows);
  }
  if (node.is_words(0)) {
    Words x = node.words(0);
    if (x.flat || x.width() != 1 || axes.size() != 1 || !is_column_axis(axes[0])) node.refuse("squeezes the rows");
    x.flat = true;
    return node.give(std::move(x));
  }
  Rows x = node.matrix(0);
  // Without axes every dimension of 1 goes, the rows with it when there is one: what it gives is not a row's.
  if (axes.size() != 1 || !is_column_axis(axes[0])) node.refuse("squeezes other axes than the columns");
  if (x.width != 1) node.malformed("squeezes " + std::to_string(x.width) + " columns");
  x.flat = true;
  node.give(std::move(x));
}

void unsqueeze(NodeContext& node) {
  const std::vector<std::int64_t> axes = squeeze_axes(node);
  if (node.is_constant(0)) {
    Tensor tensor = node.constant(0);
    if (axes.size() != 1 || axes[0] != 0 || tensor.shape.size() > 1) node.refuse("adds this dimension to a constant");
    tensor.shape.insert(tensor.shape.begin(), 1);
    return node.give(std::move(tensor));
  }
  if (node.is_words(0)) {
    Words x = node.words(0);
    if (!x.flat || axes.size() != 1 || !is_column_axis(axes[0])) node.refuse("adds a third dimension");
    x.flat = false;
    return node.give(std::move(x));
  }
  Rows x = node.rows(0);
  if (!x.flat || axes.size() != 1 || !is_column_axis(axes[0])) node.refuse("adds a third dimension");
  x.flat = false;
  node.give(std::move(x));
}

void transpose(NodeContext& node) {
  if (!node.is_constant(0)) node.refuse("exchanges rows and columns");
  Tensor tensor = node.constant(0);
  const std::vector<std::int64_t> order = node.integers("perm");
  if (tensor.is_text() || tensor.shape.size() != 2) node.refuse("transposes other than a matrix of numbers");
  const bool swapped = order.empty() || order == std::vector<std::int64_t>{1, 0};
  if (!swapped && order != std::vector<std::int64_t>{0, 1})
    node.malformed("attribute \"perm\" is no order of two axes");
  if (!swapped) return node.give(std::move(tensor));
  const std::size_t rows = static_cast<std::size_t>(tensor.shape[0]);
  const std::size_t cols = static_cast<std::size_t>(tensor.shape[1]);
  std::swap(tensor.shape[0], tensor.shape[1]);
  const auto exchange = [rows, cols](auto& values) {
    auto moved = values;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < cols; ++c) moved[c * rows + r] = values[r * cols + c];
    }
    values = std::move(moved);
  };
  std::visit(exchange, tensor.values);
  node.give(std::move(tensor));
}

constexpr std::array kOperators{
    Operator{"", "Dropout", 7, dropout},     Operator{"", "Flatten", 1, flatten},
    Operator{"", "Identity", 1, identity},   Operator{"", "Reshape", 5, reshape},
    Operator{"", "Squeeze", 1, squeeze},     Operator{"", "Transpose", 1, transpose},
    Operator{"", "Unsqueeze", 1, unsqueeze},
};

}  // namespace

std::span<const Operator> shape_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
