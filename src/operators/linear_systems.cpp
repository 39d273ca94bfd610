#include <array>
#include <optional>

#include "operators/linear_system.hpp"
#include "operators/registry.hpp"

/// Operators that take square matrices apart: Det, and ONNX Runtime's Inverse and scikit-learn's
/// converter's Solve (scipy.linalg.solve: a Gaussian process classifier has one).
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// What the operators need memory for, one a thread.
struct Memory {
  LinearSystem system;
  core::AlignedBuffer<double> columns;

  static Memory& of_this_thread() {
    static thread_local Memory memory;
    return memory;
  }
  void trim() noexcept {
    constexpr std::size_t kIdleBytes = std::size_t{16} << 20;
    if (system.capacity_bytes() > kIdleBytes) system.release();
    if (columns.capacity() * sizeof(double) > kIdleBytes) columns.release();
    ProductMemory::of_this_thread().trim();
  }
};

/// Side of the square matrices of a stack.
std::size_t side_of(const Shape& shape) {
  if (shape.rank() < 2 || shape.back() != shape[shape.rank() - 2]) {
    throw Failure("a tensor of shape " + to_string(shape) + " holds no square matrices");
  }
  return static_cast<std::size_t>(shape.back());
}

/// Rows of a stack's matrices, each of which is on its own.
RowAxis stack_rows(const Traced& x) { return x.rows.axis() + 2 < x.shape.rank() ? x.rows : RowAxis::mixed(); }

template <class T>
class Det final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    const std::size_t n = side_of(x.shape());
    const std::span<T> y = outputs[0]->tensor.reset<T>(x.shape().part(0, x.rank() - 2));
    context.spend({y.size(), n, n, n});
    Memory& memory = Memory::of_this_thread();
    for (std::size_t i = 0; i < y.size(); ++i) {
      memory.system.assign(Lattice<T>(x.values<T>().data() + i * n * n, n, n));
      y[i] = narrowed<T>(memory.system.determinant());
    }
    memory.trim();
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return stack_rows(inputs[0]);
  }
};

template <class T>
class Inverse final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    const std::size_t n = side_of(x.shape());
    const std::span<T> y = outputs[0]->tensor.reset<T>(x.shape());
    if (y.empty()) return;
    context.spend({y.size(), n, 2});
    Memory& memory = Memory::of_this_thread();
    for (std::size_t at = 0; at < y.size(); at += n * n) {
      memory.system.assign(Lattice<T>(x.values<T>().data() + at, n, n));
      if (memory.system.is_singular()) throw Failure("a singular matrix has no inverse");
      memory.columns.clear();
      memory.columns.resize(n * n);
      for (std::size_t i = 0; i < n; ++i) memory.columns[i * n + i] = 1;
      memory.system.solve(memory.columns.data(), n);
      std::transform(memory.columns.begin(), memory.columns.end(), y.data() + at, narrowed<T>);
    }
    memory.trim();
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return stack_rows(inputs[0]);
  }
};

template <class T>
class Solve final : public Operation {
 public:
  /// `left`: the first input where it is known.
  Solve(bool turned, const Tensor* left) : turned_(turned) {
    if (left != nullptr && left->rank() == 2 && left->shape()[0] == left->shape()[1]) {
      constant_.emplace().assign(matrix(*left));
    }
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Tensor &a = inputs[0]->tensor, &b = inputs[1]->tensor;
    const std::size_t n = side_of(a.shape());
    if (a.rank() != 2 || b.rank() == 0 || b.rank() > 2 || static_cast<std::size_t>(b.shape()[0]) != n) {
      throw Failure("shapes " + to_string(a.shape()) + " and " + to_string(b.shape()) + " make no equations");
    }
    const std::size_t cols = b.rank() == 2 ? static_cast<std::size_t>(b.shape()[1]) : 1;
    context.spend({n, n, n + cols});
    const std::span<T> y = outputs[0]->tensor.reset<T>(b.shape());
    if (y.empty()) return;
    Memory& memory = Memory::of_this_thread();
    if (!constant_) memory.system.assign(matrix(a));
    const LinearSystem& system = constant_ ? *constant_ : memory.system;
    if (system.is_singular()) throw Failure("the equations' matrix is singular");
    memory.columns.resize_uninitialized(y.size());
    const std::span<const T> right = b.values<T>();
    std::transform(right.begin(), right.end(), memory.columns.data(), widened<T>);
    system.solve(memory.columns.data(), cols);
    std::transform(memory.columns.begin(), memory.columns.end(), y.begin(), narrowed<T>);
    memory.trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return inputs[0].rows.is_none() && inputs[1].rows == RowAxis::at(1) ? RowAxis::at(1) : RowAxis::mixed();
  }

 private:
  Lattice<T> matrix(const Tensor& a) const {
    const auto n = static_cast<std::size_t>(a.shape()[0]);
    const Lattice<T> m(a.values<T>().data(), n, n);
    return turned_ ? m.transposed() : m;
  }

  bool turned_;
  std::optional<LinearSystem> constant_;
};

std::shared_ptr<const Operation> det(Node& node) {
  node.gives(node.type(0));
  return by_type(node, node.type(0), Floats(), []<class T>() { return std::make_shared<Det<T>>(); });
}

std::shared_ptr<const Operation> inverse(Node& node) {
  node.gives(node.type(0));
  return by_type(node, node.type(0), Floats(), []<class T>() { return std::make_shared<Inverse<T>>(); });
}

std::shared_ptr<const Operation> solve(Node& node) {
  const DataType type = node.type(0);
  if (node.type(1) != type) node.malformed("has sides of two types");
  // scipy: a hint for symmetric matrices, of no bearing on any other.
  node.ignore("lower");
  const bool turned = node.integer("transposed", 0) != 0;
  node.gives(type);
  // What rounding a matrix to float does to a solution is beyond any tolerance, as a rule.
  if (type != DataType::float64) {
    node.refuse("solves equations of " + std::string(to_string(type)) + "; export the model in double");
  }
  return std::make_shared<Solve<double>>(turned, node.constant(0));
}

constexpr std::array kOperators{
    Operator{"", "Det", 11, det},
    Operator{kMicrosoftDomain, "Inverse", 1, inverse},
    Operator{kMicrosoftDomain, "Solve", 1, solve},
};

}  // namespace

std::span<const Operator> linear_systems_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
