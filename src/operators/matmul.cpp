#include <array>
#include <optional>

#include "operators/matrix_product.hpp"
#include "operators/registry.hpp"
#include "operators/work.hpp"

/// MatMul: numpy's matmul, with stacks of matrices spread over each other.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// The shapes of a product. One-dimensional operands are a row on the left, a column on the right.
struct Product {
  Product(const Shape& a, const Shape& b);

  Shape left_stack, right_stack, stack;
  std::int64_t rows = 1;
  std::int64_t inner = 0;
  std::int64_t cols = 1;
  Shape output;
};

Shape stack_of(const Shape& shape) { return shape.rank() > 2 ? shape.part(0, shape.rank() - 2) : Shape(); }

Product::Product(const Shape& a, const Shape& b) : left_stack(stack_of(a)), right_stack(stack_of(b)) {
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

/// Which matrix of an operand's stack belongs to matrix i of the output's.
std::size_t matrix_of(std::size_t i, const Shape& stack, const Shape& own) {
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

/// The output's axis that an operand's rows become; nothing where the sum runs over them.
std::optional<std::size_t> output_axis(const Traced& operand, bool is_left, const Product& p, bool other_is_vector) {
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

RowAxis matmul_rows(const Traced& a, const Traced& b) {
  const Product p(a.shape, b.shape);
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

template <class T>
class MatMul final : public Operation {
 public:
  /// `right`: the second input where it is known.
  explicit MatMul(const Tensor* right) {
    if constexpr (!std::is_integral_v<T>) {
      if (right == nullptr || right->rank() == 0) return;
      const Product p(Shape{1, right->shape()[right->rank() == 1 ? 0 : right->rank() - 2]}, right->shape());
      if (p.right_stack.elements() != 1) return;
      pack_right(right_matrix(p, *right, 0), math::PackedAffine::Form::fastest, constant_.emplace());
    }
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor &a = inputs[0]->tensor, &b = inputs[1]->tensor;
    Product p(a.shape(), b.shape());
    check_work({p.output.elements(), static_cast<std::size_t>(p.inner)});
    const std::span<T> y = outputs[0]->tensor.reset<T>(p.output);
    if (y.empty()) return;
    if (p.right_stack.elements() == 1) {  // one right side for all rows of all matrices on the left
      p.rows *= static_cast<std::int64_t>(p.stack.elements());
      p.stack = p.left_stack = p.right_stack = Shape();
    }
    multiply_stacks(p, a, b, y.data());
    ProductMemory::of_this_thread().trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return matmul_rows(inputs[0], inputs[1]);
  }

 private:
  static Lattice<T> left_matrix(const Product& p, const Tensor& a, std::size_t i) {
    const auto rows = static_cast<std::size_t>(p.rows), inner = static_cast<std::size_t>(p.inner);
    return {a.values<T>().data() + i * rows * inner, rows, inner};
  }
  static Lattice<T> right_matrix(const Product& p, const Tensor& b, std::size_t i) {
    const auto inner = static_cast<std::size_t>(p.inner), cols = static_cast<std::size_t>(p.cols);
    return {b.values<T>().data() + i * inner * cols, inner, cols};
  }

  void multiply_stacks(const Product& p, const Tensor& a, const Tensor& b, T* y) const {
    const auto cols = static_cast<std::size_t>(p.cols), size = static_cast<std::size_t>(p.rows) * cols;
    const std::size_t none = static_cast<std::size_t>(-1);
    std::size_t packed = none;  // which matrix on the right is
    for (std::size_t i = 0; i < p.stack.elements(); ++i, y += size) {
      const Lattice<T> left = left_matrix(p, a, matrix_of(i, p.stack, p.left_stack));
      const std::size_t of_right = matrix_of(i, p.stack, p.right_stack);
      const Lattice<T> right = right_matrix(p, b, of_right);
      const auto store = [&](std::size_t r, const Accumulated<T>* sums) {
        std::transform(sums, sums + cols, y + r * cols, narrowed<T>);
      };
      if constexpr (std::is_integral_v<T>) {
        multiply_integers(left, right, store);
      } else if (constant_) {
        multiply(left, *constant_, store);
      } else {
        math::PackedAffine& memory = ProductMemory::of_this_thread().packed;
        if (of_right != packed) pack_right(right, math::PackedAffine::Form::panels, memory);
        packed = of_right;
        multiply(left, memory, store);
      }
    }
  }

  std::optional<math::PackedAffine> constant_;
};

using Multiplied =
    Types<float, double, tensor::Float16, tensor::BFloat16, std::int32_t, std::int64_t, std::uint32_t, std::uint64_t>;

std::shared_ptr<const Operation> matmul(Node& node) {
  const DataType type = node.type(0);
  if (node.type(1) != type) node.malformed("multiplies matrices of two types");
  node.gives(type);
  return by_type(node, type, Multiplied(), [&]<class T>() { return std::make_shared<MatMul<T>>(node.constant(1)); });
}

constexpr std::array kOperators{
    Operator{"", "MatMul", 1, matmul},
};

}  // namespace

std::span<const Operator> matmul_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
