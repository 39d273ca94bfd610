#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "formats/onnx/axes.hpp"
#include "formats/onnx/registry.hpp"

/// Operators that choose among columns, or put them side by side.
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
  for (const std::size_t column : columns) {
    if (!x.features.empty()) result.features.push_back(x.features[column]);
    if (!x.whole_parts.empty()) result.whole_parts.push_back(x.whole_parts[column]);
  }
  return result;
}

Words select(NodeContext& node, const Words& x, const std::vector<std::size_t>& columns) {
  if (columns.empty()) node.refuse("selects no column");
  Words result{node.add(graph::Select{x.block, columns}), {}};
  for (const std::size_t column : columns) result.columns.push_back(x.columns[column]);
  return result;
}

/// [rows, width] text; refuses [rows].
const Words& words_matrix(const NodeContext& node, std::size_t i) {
  const Words& x = node.words(i);
  if (x.flat) node.refuse("takes [rows], where [rows, width] is expected");
  return x;
}

/// A stack of one line, for operators that choose among its last dimension.
const Stacked& one_line(const NodeContext& node) {
  const Stacked& x = std::get<Stacked>(node.input(0));
  if (x.lines() != 1) node.refuse("chooses columns out of several lines a row");
  return x;
}

/// Columns of whatever has some: numbers, text, or the last dimension of a stack of one line.
Value select_of(NodeContext& node, const std::vector<std::size_t>& columns) {
  if (node.is_words(0)) return select(node, words_matrix(node, 0), columns);
  if (!node.is_stacked(0)) return select(node, node.matrix(0), columns);
  return Stacked{select(node, one_line(node).rows, columns), columns.size()};
}

/// How many columns there are to choose from.
std::size_t width_of(const NodeContext& node) {
  if (node.is_words(0)) return words_matrix(node, 0).width();
  return node.is_stacked(0) ? one_line(node).depth : node.matrix(0).width;
}

/// Whether `axis` is the columns of the first input: the last of its dimensions.
bool chooses_columns(const NodeContext& node, std::int64_t axis) {
  return node.is_stacked(0) ? axis == 2 || axis == -1 : is_column_axis(axis);
}

std::size_t column_number(const NodeContext& node, std::int64_t index, std::size_t width) {
  const std::int64_t columns = static_cast<std::int64_t>(width);
  if (index < -columns || index >= columns) {
    node.malformed("asks for column " + std::to_string(index) + " of " + std::to_string(width));
  }
  return static_cast<std::size_t>(index < 0 ? index + columns : index);
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

void concat_words(NodeContext& node) {
  Words result;
  std::vector<graph::Register> blocks;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    const Words& part = words_matrix(node, i);
    result.columns.insert(result.columns.end(), part.columns.begin(), part.columns.end());
    blocks.push_back(part.block);
  }
  result.block = node.add(graph::Concat{blocks});
  node.give(std::move(result));
}

/// Stacks of one line, their columns side by side; or any, their lines.
void concat_stacked(NodeContext& node, std::int64_t axis) {
  const bool columns = axis == 2 || axis == -1;
  if (!columns && axis != 1 && axis != -2) node.refuse("joins the rows");
  Stacked result;
  result.rows.positive = true;
  std::vector<graph::Register> blocks;
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (!node.is_stacked(i)) node.malformed("joins inputs of different dimensions");
    const Stacked& part = std::get<Stacked>(node.input(i));
    if (i > 0 && part.rows.type != result.rows.type) node.malformed("joins different element types");
    if (columns && part.lines() != 1) node.refuse("joins columns of several lines a row");
    if (!columns && i > 0 && part.depth != result.depth) node.malformed("joins lines of different widths");
    result.rows.type = part.rows.type;
    result.rows.width += part.rows.width;
    result.rows.positive = result.rows.positive && part.rows.positive;
    result.depth = columns ? result.depth + part.depth : part.depth;
    blocks.push_back(part.rows.block);
  }
  result.rows.block = node.add(graph::Concat{blocks});
  node.give(std::move(result));
}

void concat(NodeContext& node) {
  if (node.inputs() == 0) node.malformed("joins nothing");
  if (!node.has("axis")) node.malformed("attribute \"axis\" is missing");
  const std::int64_t axis = node.integer("axis", 0);
  if (node.is_stacked(0)) return concat_stacked(node, axis);
  if (!is_column_axis(axis)) node.refuse("joins other axes than the columns");
  if (node.is_words(0)) return concat_words(node);
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
  const SliceBounds bounds = slice_bounds(node);
  const bool one_axis =
      bounds.starts.size() == 1 && bounds.ends.size() == 1 && bounds.axes.size() == 1 && bounds.steps.size() == 1;
  if (!one_axis || !chooses_columns(node, bounds.axes[0])) node.refuse("slices other axes than the columns");
  const std::int64_t width = static_cast<std::int64_t>(width_of(node));
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
  node.give(select_of(node, columns));
}

/// The columns in parts, by their widths, or as nearly equal as they can be.
void split(NodeContext& node) {
  if (!chooses_columns(node, node.integer("axis", 0))) node.refuse("splits other axes than the columns");
  const std::size_t width = width_of(node);
  const std::size_t parts = node.node().output.size();
  if (parts == 0 || parts > width)
    node.malformed("splits " + std::to_string(width) + " columns into " + std::to_string(parts));
  constexpr std::int64_t kPartsAreInputSince = 13;
  std::vector<std::int64_t> widths = node.integers("split");
  if (node.opset() >= kPartsAreInputSince && node.has_input(1)) widths = node.constant_integers(1);
  const std::int64_t asked = node.integer("num_outputs", static_cast<std::int64_t>(parts));
  if (asked != static_cast<std::int64_t>(parts)) node.malformed("attribute \"num_outputs\" differs from the outputs");
  if (widths.empty()) {
    const std::size_t each = (width + parts - 1) / parts;
    if (each * (parts - 1) >= width) node.refuse("splits into parts of which some are empty");
    widths.assign(parts, static_cast<std::int64_t>(each));
    widths.back() = static_cast<std::int64_t>(width - each * (parts - 1));
  }
  if (widths.size() != parts) node.malformed("has " + std::to_string(widths.size()) + " widths for its outputs");
  std::size_t first = 0;
  for (const std::int64_t part : widths) {
    if (part < 1 || static_cast<std::uint64_t>(part) > width - first)
      node.malformed("splits into parts that are not there");
    std::vector<std::size_t> columns(static_cast<std::size_t>(part));
    std::iota(columns.begin(), columns.end(), first);
    first += columns.size();
    node.give(select_of(node, columns));
  }
  if (first != width) node.malformed("splits less than its columns");
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
  const Tensor indices = node.constant(1);
  if (!chooses_columns(node, axis) || indices.shape.size() > 1) node.refuse("gathers other than columns");
  Value result = select_of(node, column_numbers(node, indices, width_of(node)));
  if (indices.shape.empty()) {
    if (node.is_stacked(0)) return node.give(std::move(std::get<Stacked>(result).rows));
    if (Rows* rows = std::get_if<Rows>(&result)) rows->flat = true;
    if (Words* words = std::get_if<Words>(&result)) words->flat = true;
  }
  node.give(std::move(result));
}

void array_feature_extractor(NodeContext& node) {
  if (node.is_constant(0) && node.is_rows(1)) {
    Labels labels = choose_label(node, node.rows(1));
    labels.sideways = true;
    return node.give(std::move(labels));
  }
  node.give(select_of(node, column_numbers(node, node.constant(1), width_of(node))));
}

constexpr std::array kOperators{
    Operator{"", "Concat", 4, concat},
    Operator{"", "Gather", 1, gather},
    Operator{"", "Slice", 1, slice},
    Operator{"", "Split", 2, split},
    Operator{kMlDomain, "ArrayFeatureExtractor", 1, array_feature_extractor},
    Operator{kMlDomain, "FeatureVectorizer", 1, feature_vectorizer},
};

}  // namespace

std::span<const Operator> column_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
