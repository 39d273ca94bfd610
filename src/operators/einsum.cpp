#include <array>
#include <optional>

#include "operators/einsum_equation.hpp"
#include "operators/matrix_product.hpp"
#include "operators/registry.hpp"
#include "operators/walk.hpp"

/// Einsum: operands are multiplied and summed one after another, from the left. Two of them at a time are
/// gathered as stacks of matrices, whatever their indices are, and multiplied. How is decided by the indices
/// alone, never by the dimensions: an element's bits do not depend on how many others there are.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::kMaxElements;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

constexpr std::size_t kMaxOperands = 64;

/// By label, the dimension it stands for.
using Dims = std::array<std::size_t, kLabels>;

/// Elements with a step for each label: 0 where all are the same along it.
template <class E>
struct Factor {
  const E* data = nullptr;
  LabelSet labels = 0;
  Dims steps{};
};

/// Combinations of some labels; the largest number there is where they are more.
std::size_t combinations(std::span<const Label> labels, const Dims& dims) {
  std::size_t product = 1;
  for (const Label label : labels) {
    if (__builtin_mul_overflow(product, dims[label], &product)) product = static_cast<std::size_t>(-1);
  }
  return product;
}

/// As many elements as a tensor may have.
std::size_t elements_of(std::span<const Label> labels, const Dims& dims) {
  const std::size_t count = combinations(labels, dims);
  if (count > static_cast<std::size_t>(kMaxElements)) {
    throw Failure("has more than " + std::to_string(kMaxElements) + " elements on the way");
  }
  return count;
}

/// Goes through the combinations of some labels, the last one fastest.
template <class E>
Walk walk(std::span<const Label> labels, const Factor<E>& factor, const Dims& dims) {
  Walk all;
  for (const Label label : labels) all.add(dims[label], factor.steps[label]);
  return all;
}

/// A factor's elements in the order of `kept`, each summed over the factor's other labels.
template <class E, class Sum>
void gather(const Factor<E>& factor, const LabelList& kept, const Dims& dims, core::AlignedBuffer<Sum>& out,
            RunContext& context) {
  LabelList summed;
  summed.append(factor.labels & ~kept.set());
  const std::size_t count = elements_of(kept.all(), dims), terms = combinations(summed.all(), dims);
  context.spend({count, terms});
  out.resize_uninitialized(count);
  if (count == 0) return;
  if (summed.count == 0 && kept.count != 0) {
    const Label last = kept.labels[kept.count - 1];
    const std::size_t dim = dims[last], step = factor.steps[last];
    Walk line = walk(kept.all().first(kept.count - 1), factor, dims);
    for (std::size_t i = 0; i < count; i += dim, line.next()) {
      const E* const first = factor.data + line.offset();
      for (std::size_t j = 0; j < dim; ++j) out[i + j] = widened(first[j * step]);
    }
    return;
  }
  Walk element = walk(kept.all(), factor, dims);
  Walk term = walk(summed.all(), factor, dims);
  for (std::size_t i = 0; i < count; ++i, element.next()) {
    const E* const first = factor.data + element.offset();
    Sum sum = 0;
    for (std::size_t t = 0; t < terms; ++t, term.next()) sum += widened(first[term.offset()]);
    out[i] = sum;
  }
}

/// Stacks of matrices [stack, left, inner] · [stack, inner, right].
struct StackedProduct {
  std::size_t stack, left, inner, right;
  bool has_left, has_right;  ///< whether there are labels on that side
};

/// One matrix of the stack. Products of more than vectors go through the packed kernels.
template <class Sum>
void multiply_matrices(const StackedProduct& p, const Sum* a, const Sum* b, Sum* y) {
  if (!p.has_right) {
    for (std::size_t l = 0; l < p.left; ++l) {
      Sum sum = 0;
      for (std::size_t k = 0; k < p.inner; ++k) sum += a[l * p.inner + k] * b[k];
      y[l] = sum;
    }
    return;
  }
  if constexpr (std::is_same_v<Sum, double>) {
    if (p.has_left) {
      math::PackedAffine& packed = ProductMemory::of_this_thread().packed;
      pack_right(Lattice<double>(b, p.inner, p.right), math::PackedAffine::Form::panels, packed);
      math::kernels().affine(packed.view(), {a, p.inner}, p.left, {y, p.right});
      return;
    }
  }
  std::fill(y, y + p.left * p.right, Sum{0});
  for (std::size_t l = 0; l < p.left; ++l) {
    Sum* const sums = y + l * p.right;
    for (std::size_t k = 0; k < p.inner; ++k) {
      const Sum value = a[l * p.inner + k];
      for (std::size_t r = 0; r < p.right; ++r) sums[r] += value * b[k * p.right + r];
    }
  }
}

/// What a run needs memory for, one a thread.
template <class Sum>
struct Memory {
  core::AlignedBuffer<Sum> left, right, product, spare;

  static Memory& of_this_thread() {
    static thread_local Memory memory;
    return memory;
  }
  void trim() noexcept {
    constexpr std::size_t kIdleBytes = std::size_t{16} << 20;
    for (core::AlignedBuffer<Sum>* buffer : {&left, &right, &product, &spare}) {
      if (buffer->capacity() * sizeof(Sum) > kIdleBytes) buffer->release();
    }
    ProductMemory::of_this_thread().trim();
  }
};

/// Multiplies two factors and sums over the labels that are not to be kept. The product is in
/// memory.product until the next one is made.
template <class A, class B, class Sum>
Factor<Sum> contract(const Factor<A>& a, const Factor<B>& b, LabelSet keep, const Dims& dims, Memory<Sum>& memory,
                     RunContext& context) {
  const LabelSet shared = a.labels & b.labels;
  LabelList stack, left, inner, right;
  stack.append(shared & keep);
  left.append(a.labels & ~b.labels & keep);
  inner.append(shared & ~keep);
  right.append(b.labels & ~a.labels & keep);

  LabelList of_a = stack, of_b = stack, result = stack;
  for (const LabelList* part : {&left, &inner}) of_a.append(part->set());
  for (const LabelList* part : {&inner, &right}) of_b.append(part->set());
  for (const LabelList* part : {&left, &right}) result.append(part->set());

  gather(a, of_a, dims, memory.left, context);
  gather(b, of_b, dims, memory.right, context);
  const StackedProduct p{.stack = combinations(stack.all(), dims),
                         .left = combinations(left.all(), dims),
                         .inner = combinations(inner.all(), dims),
                         .right = combinations(right.all(), dims),
                         .has_left = left.count != 0,
                         .has_right = right.count != 0};
  const std::size_t count = elements_of(result.all(), dims);
  context.spend({count, p.inner});
  core::AlignedBuffer<Sum>& product = memory.spare;
  product.resize_uninitialized(count);
  for (std::size_t s = 0; s < p.stack && count != 0; ++s) {
    multiply_matrices(p, memory.left.data() + s * p.left * p.inner, memory.right.data() + s * p.inner * p.right,
                      product.data() + s * p.left * p.right);
  }
  std::swap(memory.spare, memory.product);

  Factor<Sum> factor{.data = memory.product.data(), .labels = result.set()};
  std::size_t step = 1;
  for (std::size_t i = result.count; i-- > 0; step *= dims[result.labels[i]]) factor.steps[result.labels[i]] = step;
  return factor;
}

template <class T>
class Einsum final : public Operation {
 public:
  explicit Einsum(EinsumEquation equation) : equation_(std::move(equation)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    Dims dims{};
    const LabelList output = measure(inputs, dims);
    auto& memory = Memory<Accumulated<T>>::of_this_thread();
    if (inputs.size() == 1) {
      gather(factor(inputs, 0), output, dims, memory.left, context);
    } else {
      gather(product(inputs, output.set(), dims, memory, context), output, dims, memory.left, context);
    }
    std::array<std::int64_t, kLabels> shape{};
    for (std::size_t i = 0; i < output.count; ++i) shape[i] = static_cast<std::int64_t>(dims[output.labels[i]]);
    const std::span<T> y =
        outputs[0]->tensor.reset<T>(Shape(std::span<const std::int64_t>(shape.data(), output.count)));
    std::transform(memory.left.begin(), memory.left.end(), y.begin(), narrowed<T>);
    memory.trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    std::optional<Label> rows;
    std::size_t spread = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t rank = inputs[i].shape.rank();
      spread = std::max(spread, equation_.spread_of(i, rank));
      if (!inputs[i].rows.is_axis()) continue;
      const Label label = equation_.labels_of(i, rank).labels[inputs[i].rows.axis()];
      if (rows && *rows != label) return RowAxis::mixed();
      rows = label;
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!is_apart(*rows, inputs[i], equation_.labels_of(i, inputs[i].shape.rank()))) return RowAxis::mixed();
    }
    const LabelList output = equation_.output(spread);
    for (std::size_t axis = 0; axis < output.count; ++axis) {
      if (output.labels[axis] == *rows) return RowAxis::at(axis);
    }
    return RowAxis::mixed();
  }

 private:
  /// Whether an operand has the label for its rows alone, or is spread over it.
  static bool is_apart(Label rows, const Traced& operand, const LabelList& labels) {
    for (std::size_t d = 0; d < labels.count; ++d) {
      if (labels.labels[d] != rows || (operand.rows.is_axis() && operand.rows.axis() == d)) continue;
      if (operand.rows.is_axis() || operand.shape[d] != 1) return false;
    }
    return true;
  }

  /// Finds what each label stands for; gives those of the output.
  LabelList measure(std::span<const Value* const> inputs, Dims& dims) const {
    dims.fill(1);
    std::size_t spread = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Shape& shape = inputs[i]->tensor.shape();
      spread = std::max(spread, equation_.spread_of(i, shape.rank()));
      const LabelList labels = equation_.labels_of(i, shape.rank());
      for (std::size_t d = 0; d < shape.rank(); ++d) {
        std::size_t& dim = dims[labels.labels[d]];
        const auto own = static_cast<std::size_t>(shape[d]);
        if (own == 1 || own == dim) continue;
        if (dim != 1) throw Failure("an index stands for " + std::to_string(dim) + " and for " + std::to_string(own));
        dim = own;
      }
    }
    return equation_.output(spread);
  }

  Factor<T> factor(std::span<const Value* const> inputs, std::size_t i) const {
    const Tensor& tensor = inputs[i]->tensor;
    const LabelList labels = equation_.labels_of(i, tensor.rank());
    Factor<T> factor{.data = tensor.values<T>().data(), .labels = labels.set()};
    std::size_t step = 1;
    for (std::size_t d = tensor.rank(); d-- > 0; step *= static_cast<std::size_t>(tensor.shape()[d])) {
      // A label that comes twice walks along the diagonal.
      if (tensor.shape()[d] != 1) factor.steps[labels.labels[d]] += step;
    }
    return factor;
  }

  Factor<Accumulated<T>> product(std::span<const Value* const> inputs, LabelSet output, const Dims& dims,
                                 Memory<Accumulated<T>>& memory, RunContext& context) const {
    const auto kept_after = [&](std::size_t i) {
      LabelSet keep = output;
      for (std::size_t later = i + 1; later < inputs.size(); ++later) {
        keep |= equation_.labels_of(later, inputs[later]->tensor.rank()).set();
      }
      return keep;
    };
    auto so_far = contract(factor(inputs, 0), factor(inputs, 1), kept_after(1), dims, memory, context);
    for (std::size_t i = 2; i < inputs.size(); ++i) {
      so_far = contract(so_far, factor(inputs, i), kept_after(i), dims, memory, context);
    }
    return so_far;
  }

  EinsumEquation equation_;
};

std::shared_ptr<const Operation> einsum(Node& node) {
  if (!node.has("equation")) node.malformed("has no equation");
  if (node.inputs() == 0) node.malformed("has no inputs");
  if (node.inputs() > kMaxOperands) node.refuse("multiplies more than " + std::to_string(kMaxOperands) + " inputs");
  const DataType type = node.type(0);
  for (std::size_t i = 1; i < node.inputs(); ++i) {
    if (node.type(i) != type) node.malformed("has inputs of two types");
  }
  const EinsumEquation equation(node.text("equation", ""), node.inputs());
  node.gives(type);
  return by_type(node, type, Numbers(), [&]<class T>() { return std::make_shared<Einsum<T>>(equation); });
}

constexpr std::array kOperators{
    Operator{"", "Einsum", 12, einsum},
};

}  // namespace

std::span<const Operator> einsum_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
