#include <array>
#include <optional>

#include "operators/matrix_product.hpp"
#include "operators/registry.hpp"

/// ONNX Runtime's CDist: distances of each row on the left to each row on the right. It is summed over
/// squared differences, as scipy's cdist does; |a|² + |b|² − 2 a·b would lose all digits of near rows.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

template <class T>
Lattice<T> rows_of(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  if (shape.rank() != 2) throw Failure("measures between rows of matrices, not of " + to_string(shape));
  return {tensor.values<T>().data(), static_cast<std::size_t>(shape[0]), static_cast<std::size_t>(shape[1])};
}

/// Throws Failure where that takes more memory than a tensor may.
template <class T>
void pack_points(const Lattice<T>& b, math::PackedPoints& points) {
  static_cast<void>(Shape{static_cast<std::int64_t>((b.rows + 7) / 8 * 8), static_cast<std::int64_t>(b.cols)});
  core::AlignedBuffer<double>& right = ProductMemory::of_this_thread().right;
  right.resize_uninitialized(b.rows * b.cols);
  widen_rows(b, 0, b.rows, right.data());
  points.assign({right.data(), b.rows, b.cols});
}

template <class T>
class CDist final : public Operation {
 public:
  /// `right`: the second input where it is known.
  CDist(bool squared, const Tensor* right) : squared_(squared) {
    if (right != nullptr && right->rank() == 2) pack_points(rows_of<T>(*right), constant_.emplace());
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Lattice<T> a = rows_of<T>(inputs[0]->tensor), b = rows_of<T>(inputs[1]->tensor);
    if (a.cols != b.cols) {
      throw Failure("measures between rows of " + std::to_string(a.cols) + " and of " + std::to_string(b.cols) +
                    " columns");
    }
    context.spend({a.rows, a.cols, b.rows});
    const std::span<T> y =
        outputs[0]->tensor.reset<T>({static_cast<std::int64_t>(a.rows), static_cast<std::int64_t>(b.rows)});
    if (y.empty()) return;
    ProductMemory& memory = ProductMemory::of_this_thread();
    if (!constant_) pack_points(b, memory.points);
    const math::PackedPoints& points = constant_ ? *constant_ : memory.points;
    const auto measure = [&](math::Input x, std::size_t rows, math::Output distances) {
      const math::Kernels& kernels = math::kernels();
      kernels.squared_distances(points.view(), x, rows, distances);
      const math::Input squares{distances.data, distances.stride};
      if (!squared_) kernels.unary({math::UnaryOp::sqrt}, squares, rows, b.rows, distances);
    };
    for_row_blocks(a, b.rows, measure, [&](std::size_t r, const double* distances) {
      std::transform(distances, distances + b.rows, y.data() + r * b.rows, narrowed<T>);
    });
    memory.trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool left = inputs[0].rows == RowAxis::at(0), right = inputs[1].rows == RowAxis::at(0);
    if (left && inputs[1].rows.is_none()) return RowAxis::at(0);
    return right && inputs[0].rows.is_none() ? RowAxis::at(1) : RowAxis::mixed();
  }

 private:
  bool squared_;
  std::optional<math::PackedPoints> constant_;
};

std::shared_ptr<const Operation> cdist(Node& node) {
  const DataType type = node.type(0);
  if (node.type(1) != type) node.malformed("measures between rows of two types");
  const std::string metric = node.text("metric", "sqeuclidean");
  if (metric != "sqeuclidean" && metric != "euclidean") node.refuse("measures by the metric \"" + metric + "\"");
  node.gives(type);
  return by_type(node, type, Floats(),
                 [&]<class T>() { return std::make_shared<CDist<T>>(metric == "sqeuclidean", node.constant(1)); });
}

constexpr std::array kOperators{
    Operator{kMicrosoftDomain, "CDist", 1, cdist},
};

}  // namespace

std::span<const Operator> cdist_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
