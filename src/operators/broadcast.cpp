#include "operators/broadcast.hpp"

#include <algorithm>

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::Traced;

constexpr std::int64_t kSpreadsBothWays = 7;

/// Whether every row meets the same elements of an input without rows, which are `from_end` dimensions
/// before the end of the result.
bool stands_still(const Shape& shape, std::size_t from_end) {
  return shape.rank() < from_end || shape[shape.rank() - from_end] == 1;
}

}  // namespace

RowAxis rows_of_broadcast(std::span<const Traced> inputs, const Shape& output) {
  std::size_t from_end = 0;
  for (const Traced& input : inputs) {
    if (input.rows.is_mixed()) return RowAxis::mixed();
    if (!input.rows.is_axis()) continue;
    const std::size_t here = input.shape.rank() - input.rows.axis();
    if (from_end != 0 && from_end != here) return RowAxis::mixed();
    from_end = here;
  }
  if (from_end == 0) return RowAxis::none();
  const std::size_t axis = output.rank() - from_end;
  for (const Traced& input : inputs) {
    if (!input.present) continue;
    const bool apart =
        input.rows.is_axis() ? input.shape[input.rows.axis()] == output[axis] : stands_still(input.shape, from_end);
    if (!apart) return RowAxis::mixed();
  }
  return RowAxis::at(axis);
}

Placement::Placement(const Node& node) : one_way_(node.opset() < kSpreadsBothWays) {
  if (!one_way_) return;
  spreads_ = node.integer("broadcast", 0) != 0;
  if (node.has("axis")) axis_ = node.integer("axis", 0);
  node.ignore("consumed_inputs");
}

Shape Placement::second(const Shape& a, const Shape& b) const {
  if (!one_way_ || a == b) return b;
  if (!spreads_) throw Failure("shapes " + to_string(a) + " and " + to_string(b) + " differ");
  Shape placed = b;
  if (axis_) {
    const std::size_t first = a.rank() == 0 ? 0 : tensor::axis_of(*axis_, a.rank());
    while (placed.rank() + first < a.rank()) placed = placed.inserted(placed.rank(), 1);
  }
  if (tensor::broadcast(a, placed) != a) {
    throw Failure("shape " + to_string(b) + " does not spread over " + to_string(a));
  }
  return placed;
}

RowAxis Placement::rows(std::span<const Traced> inputs, const Shape& output) const {
  std::array<Traced, 2> placed{inputs[0], inputs[1]};
  placed[1].shape = second(inputs[0].shape, inputs[1].shape);
  return rows_of_broadcast(placed, output);
}

}  // namespace pelton::operators
