#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "formats/onnx/axes.hpp"
#include "formats/onnx/registry.hpp"

/// Operators that move numbers without changing them.
namespace pelton::formats::onnx {
namespace {

/// Some of the columns of x, in any order.
Rows select(NodeContext& node, const Rows& x, const std::vector<std::size_t>& columns) {
  if (columns.empty()) node.refuse("selects no column");
  Rows result{.block = node.add(graph::Select{x.block, columns}),
              .width = columns.size(),
              .type = x.type,
              .layers = x.layers,
              .positive = x.positive};
  if (x.margin && node.builder().width(*x.margin) == x.width) {
    result.margin = node.add(graph::Select{*x.margin, columns});
    result.complement = x.complement;
  }
  if (!x.features.empty()) {
    for (const std::size_t column : columns) result.features.push_back(x.features[column]);
  }
  return result;
}

std::size_t column_number(const NodeContext& node, std::int64_t index, std::size_t width) {
  const std::int64_t columns = static_cast<std::int64_t>(width);
  if (index < -columns || index >= columns) {
    node.malformed("asks for column " + std::to_string(index) + " of " + std::to_string(width));
  }
  return static_cast<std::size_t>(index < 0 ? index + columns : index);
}

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

void reshape(NodeContext& node) {
  if (node.integer("allowzero", 0) != 0) node.refuse("attribute \"allowzero\"");
  const std::vector<std::int64_t> shape = node.constant_integers(1);
  if (node.is_constant(0)) return reshape_constant(node, shape);
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

/// What is left of the margins when squashed columns are put side by side: one minus p beside p
/// came from one margin, different columns from theirs.
void join_margins(NodeContext& node, const std::vector<const Rows*>& parts, Rows& result) {
  if (parts.size() == 2 && parts[0]->margin && parts[0]->margin == parts[1]->margin && parts[0]->complement &&
      !parts[1]->complement) {
    result.margin = parts[0]->margin;
    return;
  }
  std::vector<graph::Register> margins;
  for (const Rows* part : parts) {
    if (!part->margin || part->complement || node.builder().width(*part->margin) != part->width) return;
    margins.push_back(*part->margin);
  }
  result.margin = node.add(graph::Concat{margins});
}

void concat_rows(NodeContext& node) {
  std::vector<const Rows*> parts;
  std::vector<graph::Register> blocks;
  Rows result;
  bool features_known = true;
  result.positive = true;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    const Rows& part = node.matrix(i);
    if (i > 0 && part.type != result.type) node.malformed("joins different element types");
    result.type = part.type;
    result.width += part.width;
    result.layers = std::max(result.layers, part.layers);
    result.positive = result.positive && part.positive;
    features_known = features_known && !part.features.empty();
    result.features.insert(result.features.end(), part.features.begin(), part.features.end());
    parts.push_back(&part);
    blocks.push_back(part.block);
  }
  if (!features_known) result.features.clear();
  result.block = node.add(graph::Concat{blocks});
  join_margins(node, parts, result);
  node.give(std::move(result));
}

void concat(NodeContext& node) {
  if (node.inputs() == 0) node.malformed("joins nothing");
  if (!node.has("axis")) node.malformed("attribute \"axis\" is missing");
  if (!is_column_axis(node.integer("axis", 0))) node.refuse("joins other axes than the columns");
  concat_rows(node);
}

void feature_vectorizer(NodeContext& node) {
  if (node.inputs() == 0) node.malformed("joins nothing");
  const std::vector<std::int64_t> widths = node.integers("inputdimensions");
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (i >= widths.size() || widths[i] != static_cast<std::int64_t>(node.matrix(i).width)) {
      node.refuse("attribute \"inputdimensions\" differs from the inputs' widths");
    }
  }
  concat_rows(node);
  std::get<Rows>(node.outputs().back()).type = DataType::float32;
}

/// Starts, ends, axes and steps of a Slice, as attributes until version 10, then as inputs.
struct SliceBounds {
  std::vector<std::int64_t> starts, ends, axes, steps;
};

SliceBounds slice_bounds(NodeContext& node) {
  SliceBounds bounds;
  constexpr std::int64_t kBoundsAreInputsSince = 10;
  if (node.opset() < kBoundsAreInputsSince) {
    bounds = {node.integers("starts"), node.integers("ends"), node.integers("axes"), {}};
  } else {
    bounds.starts = node.constant_integers(1);
    bounds.ends = node.constant_integers(2);
    if (node.has_input(3)) bounds.axes = node.constant_integers(3);
    if (node.has_input(4)) bounds.steps = node.constant_integers(4);
  }
  if (bounds.steps.empty()) bounds.steps.assign(bounds.starts.size(), 1);
  return bounds;
}

void slice(NodeContext& node) {
  const Rows& x = node.matrix(0);
  const SliceBounds bounds = slice_bounds(node);
  const bool one_axis =
      bounds.starts.size() == 1 && bounds.ends.size() == 1 && bounds.axes.size() == 1 && bounds.steps.size() == 1;
  if (!one_axis || !is_column_axis(bounds.axes[0])) node.refuse("slices other axes than the columns");
  const std::int64_t width = static_cast<std::int64_t>(x.width);
  const std::int64_t step = bounds.steps[0];
  if (step == 0) node.malformed("slices with step 0");
  // Negative bounds count from the end, and bounds beyond either end stand for it.
  const auto clamp = [width](std::int64_t v, std::int64_t low, std::int64_t high) {
    return std::clamp(v < 0 ? std::max(v, -width - 1) + width : v, low, high);
  };
  std::int64_t at = step > 0 ? clamp(bounds.starts[0], 0, width) : clamp(bounds.starts[0], 0, width - 1);
  const std::int64_t end = step > 0 ? clamp(bounds.ends[0], 0, width) : clamp(bounds.ends[0], -1, width - 1);
  std::vector<std::size_t> columns;
  while (step > 0 ? at < end : at > end) {
    columns.push_back(static_cast<std::size_t>(at));
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  node.give(select(node, x, columns));
}

std::vector<std::size_t> column_numbers(NodeContext& node, const Tensor& indices, std::size_t width) {
  if (!indices.is_integer() || indices.shape.size() > 2) node.malformed("takes columns by other than integers");
  std::vector<std::size_t> columns;
  for (const std::int64_t index : indices.integers()) columns.push_back(column_number(node, index, width));
  return columns;
}

/// The entry of a constant list that a column number a row asks for: how exporters turn an ArgMax
/// into a label.
Labels choose_label(NodeContext& node, const Rows& index) {
  const Tensor list = node.constant(0);
  if (index.choices == 0) node.refuse("looks up a constant by other than an ArgMax");
  if (list.shape.size() != 1 || list.size() < index.choices)
    node.refuse("looks up fewer entries than there are choices");
  Labels labels{.index = index.block, .names = {}, .type = list.type};
  if (list.is_text()) {
    labels.names.assign(list.texts().begin(), list.texts().end());
  } else if (list.is_integer()) {
    labels.names.assign(list.integers().begin(), list.integers().end());
  } else {
    node.refuse("looks up numbers that are not integers");
  }
  labels.names.resize(index.choices);
  return labels;
}

void gather(NodeContext& node) {
  const std::int64_t axis = node.integer("axis", 0);
  if (node.is_constant(0) && node.is_rows(1)) {
    if (axis != 0) node.refuse("gathers from another axis than the first");
    Labels labels = choose_label(node, node.rows(1));
    labels.flat = node.rows(1).flat;
    return node.give(std::move(labels));
  }
  const Rows& x = node.matrix(0);
  const Tensor indices = node.constant(1);
  if (!is_column_axis(axis) || indices.shape.size() > 1) node.refuse("gathers other than columns");
  Rows result = select(node, x, column_numbers(node, indices, x.width));
  result.flat = indices.shape.empty();
  node.give(std::move(result));
}

void array_feature_extractor(NodeContext& node) {
  if (node.is_constant(0) && node.is_rows(1)) {
    Labels labels = choose_label(node, node.rows(1));
    labels.sideways = true;
    return node.give(std::move(labels));
  }
  const Rows& x = node.matrix(0);
  node.give(select(node, x, column_numbers(node, node.constant(1), x.width)));
}

constexpr std::array kOperators{
    Operator{"", "Concat", 4, concat},
    Operator{"", "Dropout", 7, dropout},
    Operator{"", "Flatten", 1, flatten},
    Operator{"", "Gather", 1, gather},
    Operator{"", "Identity", 1, identity},
    Operator{"", "Reshape", 5, reshape},
    Operator{"", "Slice", 1, slice},
    Operator{"", "Squeeze", 1, squeeze},
    Operator{"", "Transpose", 1, transpose},
    Operator{"", "Unsqueeze", 1, unsqueeze},
    Operator{kMlDomain, "ArrayFeatureExtractor", 1, array_feature_extractor},
    Operator{kMlDomain, "FeatureVectorizer", 1, feature_vectorizer},
};

}  // namespace

std::span<const Operator> shape_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
