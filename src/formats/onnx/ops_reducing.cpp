#include <array>
#include <utility>

#include "formats/onnx/axes.hpp"
#include "formats/onnx/registry.hpp"

/// Operators that make one number of a row, or look at a row as a whole.
namespace pelton::formats::onnx {
namespace {

using graph::ReduceOp;

void reduce(NodeContext& node, ReduceOp op, std::int64_t axes_are_input_since, bool keeps_integers) {
  const Rows& x = node.matrix(0);
  if (!is_floating(x.type) && !keeps_integers) node.refuse("reduces " + std::string(to_string(x.type)));
  const bool as_input = node.opset() >= axes_are_input_since;
  std::vector<std::int64_t> axes;
  if (!as_input) {
    axes = node.integers("axes");
  } else if (node.has_input(1)) {
    axes = node.constant_integers(1);
  }
  const bool keep = node.integer("keepdims", 1) != 0;
  if (node.integer("noop_with_empty_axes", 0) != 0 && axes.empty()) node.refuse("reduces no axis");
  if (axes.size() != 1 || !is_column_axis(axes.front()))
    node.refuse("reduces over other axes than the columns, which mixes rows");
  const graph::Register block = node.add(graph::Reduce{x.block, op});
  const bool logarithm = op == ReduceOp::log_sum || op == ReduceOp::log_sum_exp;
  const bool positive = x.positive && !logarithm;
  node.give(Rows{.block = block, .width = 1, .type = x.type, .flat = !keep, .positive = positive});
}

/// ReduceSum took its axes as an input from version 13 on, the others from 18 on.
template <ReduceOp kOp>
void reduce_floats(NodeContext& node) {
  reduce(node, kOp, 18, false);
}

template <ReduceOp kOp>
void reduce_any(NodeContext& node) {
  reduce(node, kOp, 18, true);
}

void reduce_sum(NodeContext& node) { reduce(node, ReduceOp::sum, 13, true); }

void arg_extreme(NodeContext& node, bool largest) {
  const Rows& x = node.matrix(0);
  if (!is_column_axis(node.integer("axis", 0))) node.refuse("looks for the extreme among rows");
  const bool keep = node.integer("keepdims", 1) != 0;
  const bool last = node.integer("select_last_index", 0) != 0;
  // The largest probability is where the largest margin is; margins do not run into each other at 1.
  const bool ordered = x.margin && !x.complement && node.builder().width(*x.margin) == x.width;
  const graph::Register block = node.add(graph::ArgExtreme{ordered ? *x.margin : x.block, largest, last});
  node.give(Rows{.block = block, .width = 1, .type = DataType::int64, .flat = !keep, .choices = x.width});
}

void arg_max(NodeContext& node) { arg_extreme(node, true); }
void arg_min(NodeContext& node) { arg_extreme(node, false); }

void softmax(NodeContext& node, bool log) {
  const Rows& x = node.floating_matrix(0);
  // Before version 13 the axes from `axis` on were taken together: for [rows, width] and axis 1 the same.
  constexpr std::int64_t kOneAxisSince = 13;
  const std::int64_t axis = node.integer("axis", node.opset() < kOneAxisSince ? 1 : -1);
  if (!is_column_axis(axis)) node.refuse("normalises over other axes than the columns, which mixes rows");
  const graph::Register block = node.add(graph::Softmax{x.block, log});
  Rows result{.block = block, .width = x.width, .type = x.type, .layers = x.layers, .positive = !log};
  if (is_margin(x)) result.margin = x.block;
  node.give(std::move(result));
}

void plain_softmax(NodeContext& node) { softmax(node, false); }
void log_softmax(NodeContext& node) { softmax(node, true); }

constexpr std::array kOperators{
    Operator{"", "ArgMax", 1, arg_max},
    Operator{"", "ArgMin", 1, arg_min},
    Operator{"", "LogSoftmax", 1, log_softmax},
    Operator{"", "ReduceL1", 1, reduce_floats<ReduceOp::l1>},
    Operator{"", "ReduceL2", 1, reduce_floats<ReduceOp::l2>},
    Operator{"", "ReduceLogSum", 1, reduce_floats<ReduceOp::log_sum>},
    Operator{"", "ReduceLogSumExp", 1, reduce_floats<ReduceOp::log_sum_exp>},
    Operator{"", "ReduceMax", 1, reduce_any<ReduceOp::max>},
    Operator{"", "ReduceMean", 1, reduce_floats<ReduceOp::mean>},
    Operator{"", "ReduceMin", 1, reduce_any<ReduceOp::min>},
    Operator{"", "ReduceProd", 1, reduce_floats<ReduceOp::prod>},
    Operator{"", "ReduceSum", 1, reduce_sum},
    Operator{"", "ReduceSumSquare", 1, reduce_floats<ReduceOp::sum_squares>},
    Operator{"", "Softmax", 1, plain_softmax},
};

}  // namespace

std::span<const Operator> reducing_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
