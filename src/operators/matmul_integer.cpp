#include <array>

#include "operators/by_type.hpp"
#include "operators/matmul_product.hpp"
#include "operators/registry.hpp"

/// MatMulInteger: 8-bit matrices less their zero points, multiplied and summed in int32, which wraps around.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// Zero points of a stack of matrices, by line (a row of the left side, a column of the right).
template <class T>
class ZeroPoints {
 public:
  /// One for all; or as many as there are lines; or of `each`, the shape of one for each line of every
  /// matrix. All are zero where `tensor` is null. Throws Failure where it is of another shape.
  ZeroPoints(const Tensor* tensor, std::size_t lines, const Shape& each) {
    if (tensor == nullptr) return;
    values_ = tensor->values<T>().data();
    if (tensor->size() == 1) return;
    const bool is_list = tensor->rank() == 1 && tensor->size() == lines;
    if (!is_list && tensor->shape() != each) {
      throw Failure("zero points of shape " + to_string(tensor->shape()) + " do not fit");
    }
    line_step_ = 1;
    matrix_step_ = is_list ? 0 : lines;
  }
  std::int32_t of(std::size_t matrix, std::size_t line) const noexcept {
    return values_ == nullptr ? 0 : static_cast<std::int32_t>(values_[matrix * matrix_step_ + line * line_step_]);
  }

 private:
  const T* values_ = nullptr;
  std::size_t line_step_ = 0;
  std::size_t matrix_step_ = 0;
};

const Tensor* optional_input(std::span<const Value* const> inputs, std::size_t i) {
  return i < inputs.size() && inputs[i] != nullptr ? &inputs[i]->tensor : nullptr;
}

template <class A, class B>
class MatMulInteger final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Tensor &a = inputs[0]->tensor, &b = inputs[1]->tensor;
    const MatMulProduct p(a.shape(), b.shape());
    context.spend({p.output.elements(), static_cast<std::size_t>(p.inner)});
    const auto rows = static_cast<std::size_t>(p.rows), inner = static_cast<std::size_t>(p.inner),
               cols = static_cast<std::size_t>(p.cols);
    const ZeroPoints<A> zero_a(optional_input(inputs, 2), rows, stacked(p.left_stack, p.rows, 1));
    const ZeroPoints<B> zero_b(optional_input(inputs, 3), cols, stacked(p.right_stack, 1, p.cols));
    const std::span<std::int32_t> y = outputs[0]->tensor.reset<std::int32_t>(p.output);
    for (std::size_t i = 0; i < p.stack.elements(); ++i) {
      const std::size_t left = p.left_of(i), right = p.right_of(i);
      for (std::size_t r = 0; r < rows; ++r) {
        std::int32_t* const sums = y.data() + (i * rows + r) * cols;
        std::fill(sums, sums + cols, 0);
        for (std::size_t k = 0; k < inner; ++k) {
          const std::int32_t value = a.values<A>()[(left * rows + r) * inner + k] - zero_a.of(left, r);
          const B* const line = b.values<B>().data() + (right * inner + k) * cols;
          for (std::size_t c = 0; c < cols; ++c) add(sums[c], value * (line[c] - zero_b.of(right, c)));
        }
      }
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    for (std::size_t i = 2; i < inputs.size(); ++i) {
      if (inputs[i].present && (!inputs[i].rows.is_none() || inputs[i].shape.elements() != 1)) return RowAxis::mixed();
    }
    return matmul_rows(inputs[0], inputs[1]);
  }

 private:
  static Shape stacked(const Shape& stack, std::int64_t rows, std::int64_t cols) {
    return stack.inserted(stack.rank(), rows).inserted(stack.rank() + 1, cols);
  }
  /// The term is of at most 18 bits.
  static void add(std::int32_t& sum, std::int32_t term) {
    sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(term));
  }
};

std::shared_ptr<const Operation> matmul_integer(Node& node) {
  const DataType left = node.type(0), right = node.type(1);
  if ((node.has_input(2) && node.type(2) != left) || (node.has_input(3) && node.type(3) != right)) {
    node.malformed("has zero points of another type than its matrix");
  }
  node.gives(DataType::int32);
  using Bytes = Types<std::int8_t, std::uint8_t>;
  return by_type(node, left, Bytes(), [&]<class A>() {
    return by_type(node, right, Bytes(), []<class B>() { return std::make_shared<MatMulInteger<A, B>>(); });
  });
}

constexpr std::array kOperators{
    Operator{"", "MatMulInteger", 10, matmul_integer},
};

}  // namespace

std::span<const Operator> matmul_integer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
