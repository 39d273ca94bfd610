#include <array>
#include <optional>

#include "operators/matmul_product.hpp"
#include "operators/matrix_product.hpp"
#include "operators/registry.hpp"

/// MatMul: numpy's matmul, with stacks of matrices spread over each other.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

template <class T>
class MatMul final : public Operation {
 public:
  /// `right`: the second input where it is known.
  explicit MatMul(const Tensor* right) {
    if constexpr (!std::is_integral_v<T>) {
      if (right == nullptr || right->rank() == 0) return;
      const MatMulProduct p(Shape{1, right->shape()[right->rank() == 1 ? 0 : right->rank() - 2]}, right->shape());
      if (p.right_stack.elements() != 1) return;
      pack_right(right_matrix(p, *right, 0), math::PackedAffine::Form::fastest, constant_.emplace());
    }
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Tensor &a = inputs[0]->tensor, &b = inputs[1]->tensor;
    MatMulProduct p(a.shape(), b.shape());
    context.spend({p.output.elements(), static_cast<std::size_t>(p.inner)});
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
  static Lattice<T> left_matrix(const MatMulProduct& p, const Tensor& a, std::size_t i) {
    const auto rows = static_cast<std::size_t>(p.rows), inner = static_cast<std::size_t>(p.inner);
    return {a.values<T>().data() + i * rows * inner, rows, inner};
  }
  static Lattice<T> right_matrix(const MatMulProduct& p, const Tensor& b, std::size_t i) {
    const auto inner = static_cast<std::size_t>(p.inner), cols = static_cast<std::size_t>(p.cols);
    return {b.values<T>().data() + i * inner * cols, inner, cols};
  }

  void multiply_stacks(const MatMulProduct& p, const Tensor& a, const Tensor& b, T* y) const {
    const auto cols = static_cast<std::size_t>(p.cols), size = static_cast<std::size_t>(p.rows) * cols;
    const std::size_t none = static_cast<std::size_t>(-1);
    std::size_t packed = none;  // which matrix on the right is
    for (std::size_t i = 0; i < p.stack.elements(); ++i, y += size) {
      const Lattice<T> left = left_matrix(p, a, p.left_of(i));
      const std::size_t of_right = p.right_of(i);
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
