#include "operators/matmul_product.hpp"

#include <optional>

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::Shape;
using tensor::Traced;

Shape stack_of(const Shape& shape) { return shape.rank() > 2 ? shape.part(0, shape.rank() - 2) : Shape(); }

/// The output's axis that an operand's rows become; nothing where the sum runs over them.
std::optional<std::size_t> output_axis(const Traced& operand, bool is_left, const MatMulProduct& p,
                                       bool other_is_vector) {
  const std::size_t rank = operand.shape.rank(), axis = operand.rows.axis();
  if (rank == 1 || axis == (is_left ? rank - 1 : rank - 2)) return std::nullopt;
  if (axis + 2 >= rank) return p.output.rank() - (is_left && !other_is_vector ? 2 : 1);
  return p.stack.rank() - (rank - 2 - axis);
}

/// Whether an operand without rows is spread over all matrices along that axis of the stack.
bool is_spread_along(std::size_t axis, const Shape& stack, const Shape& own) {
  const std::size_t lead = stack.rank() - own.rank();
  return axis >= stack.rank() || axis < lead || own[axis - lead] == 1;
}

}  // namespace

MatMulProduct::MatMulProduct(const Shape& a, const Shape& b) : left_stack(stack_of(a)), right_stack(stack_of(b)) {
  if (a.rank() == 0 || b.rank() == 0) throw Failure("multiplies matrices, not scalars");
  inner = a.back();
  if (b[b.rank() == 1 ? 0 : b.rank() - 2] != inner) {
    throw Failure("shapes " + to_string(a) + " and " + to_string(b) + " cannot be multiplied");
  }
  if (a.rank() > 1) rows = a[a.rank() - 2];
  if (b.rank() > 1) cols = b.back();
  stack = broadcast(left_stack, right_stack);
  output = stack;
  if (a.rank() > 1) output = output.inserted(output.rank(), rows);
  if (b.rank() > 1) output = output.inserted(output.rank(), cols);
}

std::size_t entry_of(std::size_t i, const Shape& stack, const Shape& own) noexcept {
  std::size_t index = 0, step = 1;
  for (std::size_t d = stack.rank(); d-- > stack.rank() - own.rank();) {
    const auto dim = static_cast<std::size_t>(stack[d]);
    const auto own_dim = static_cast<std::size_t>(own[d - (stack.rank() - own.rank())]);
    if (own_dim != 1) index += i % dim * step;
    step *= own_dim;
    i /= dim;
  }
  return index;
}

std::size_t MatMulProduct::left_of(std::size_t i) const noexcept { return entry_of(i, stack, left_stack); }
std::size_t MatMulProduct::right_of(std::size_t i) const noexcept { return entry_of(i, stack, right_stack); }

RowAxis matmul_rows(const Traced& a, const Traced& b) {
  const MatMulProduct p(a.shape, b.shape);
  std::optional<std::size_t> axis;
  if (a.rows.is_axis()) {
    axis = output_axis(a, true, p, b.shape.rank() == 1);
    if (!axis || (b.rows.is_none() && !is_spread_along(*axis, p.stack, p.right_stack))) return RowAxis::mixed();
  }
  if (b.rows.is_axis()) {
    const std::optional<std::size_t> other = output_axis(b, false, p, a.shape.rank() == 1);
    if (!other || (axis && axis != other)) return RowAxis::mixed();
    if (a.rows.is_none() && !is_spread_along(*other, p.stack, p.left_stack)) return RowAxis::mixed();
    axis = other;
  }
  return RowAxis::at(*axis);
}

}  // namespace pelton::operators
