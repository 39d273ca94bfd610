#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "operators/matrix_product.hpp"
#include "operators/registry.hpp"

/// Gemm: alpha · A · B + beta · C.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

struct Parameters {
  double alpha = 1;
  double beta = 1;
  bool left_turned = false;
  bool right_turned = false;
  bool spreads_c = true;  ///< before version 7, C had to have the output's shape unless told otherwise
};

/// How C lies over the [rows, cols] of the output.
struct Spread {
  std::size_t row_step = 0;
  std::size_t column_step = 0;
};

Spread spread_over(const Shape& c, std::size_t rows, std::size_t cols) {
  const auto fits = [](std::int64_t dim, std::size_t size) {
    return dim == 1 || static_cast<std::size_t>(dim) == size;
  };
  if (c.rank() > 2 || (c.rank() > 0 && !fits(c.back(), cols)) || (c.rank() == 2 && !fits(c[0], rows))) {
    throw Failure("a term of shape " + to_string(c) + " does not fit a product of shape [" + std::to_string(rows) +
                  ", " + std::to_string(cols) + "]");
  }
  Spread spread;
  if (c.rank() > 0 && c.back() != 1) spread.column_step = 1;
  if (c.rank() == 2 && c[0] != 1) spread.row_step = static_cast<std::size_t>(c.back());
  return spread;
}

/// Towards zero; what is beyond T is its nearest end, and NaN is 0.
template <class T>
T truncated(double value) {
  if (std::isnan(value)) return 0;
  // The largest T may lie between two doubles: what is at least its successor, a power of two, is beyond.
  const double beyond = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (value >= beyond) return std::numeric_limits<T>::max();
  if (value <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  return static_cast<T>(value);
}

bool is_whole(double value) { return std::trunc(value) == value && std::abs(value) < 0x1p63; }

/// The same as low bits of a 64-bit number.
std::uint64_t low_bits(double whole) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(whole)); }

template <class T>
class Gemm final : public Operation {
 public:
  /// `right`: the second input where it is known.
  Gemm(const Parameters& parameters, const Tensor* right) : parameters_(parameters) {
    if constexpr (!std::is_integral_v<T>) {
      if (right == nullptr || right->rank() != 2) return;
      pack_right(side(*right, parameters_.right_turned), math::PackedAffine::Form::fastest, constant_.emplace());
    }
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Lattice<T> a = side(inputs[0]->tensor, parameters_.left_turned);
    const Lattice<T> b = side(inputs[1]->tensor, parameters_.right_turned);
    if (a.cols != b.rows) {
      throw Failure("multiplies " + std::to_string(a.cols) + " columns by " + std::to_string(b.rows) + " rows");
    }
    context.spend({a.rows, a.cols, b.cols});
    const std::span<T> y =
        outputs[0]->tensor.reset<T>({static_cast<std::int64_t>(a.rows), static_cast<std::int64_t>(b.cols)});
    const bool has_c = inputs.size() > 2 && inputs[2] != nullptr;
    const T* c = nullptr;
    Spread spread;
    if (has_c) {
      const Tensor& term = inputs[2]->tensor;
      spread = spread_over(term.shape(), a.rows, b.cols);
      if (!parameters_.spreads_c && term.shape() != outputs[0]->tensor.shape()) {
        throw Failure("a term of shape " + to_string(term.shape()) + " is not of the product's shape");
      }
      if (parameters_.beta != 0) c = term.values<T>().data();
    }
    if (y.empty()) return;
    product(a, b, [&](std::size_t r, const Accumulated<T>* sums) {
      finish(sums, c == nullptr ? nullptr : c + r * spread.row_step, spread.column_step, b.cols, y.data() + r * b.cols);
    });
    ProductMemory::of_this_thread().trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const Traced &a = inputs[0], &b = inputs[1];
    if (a.rows.is_axis() == b.rows.is_axis()) return RowAxis::mixed();
    const std::size_t axis = a.rows.is_axis() ? 0 : 1;
    const bool turned = axis == 0 ? parameters_.left_turned : parameters_.right_turned;
    if ((axis == 0 ? a : b).rows != RowAxis::at(turned ? 1 - axis : axis)) return RowAxis::mixed();
    if (inputs.size() < 3 || !inputs[2].present) return RowAxis::at(axis);
    const Traced& c = inputs[2];
    // Counted from the right, as C is laid over the output.
    const bool has_axis = c.shape.rank() + axis >= 2;
    const std::size_t own = has_axis ? c.shape.rank() + axis - 2 : 0;
    const bool apart = c.rows.is_axis() ? has_axis && c.rows == RowAxis::at(own) : !has_axis || c.shape[own] == 1;
    return apart ? RowAxis::at(axis) : RowAxis::mixed();
  }

 private:
  static Lattice<T> side(const Tensor& tensor, bool turned) {
    if (tensor.rank() != 2) throw Failure("multiplies matrices, not " + to_string(tensor.shape()));
    const Shape& shape = tensor.shape();
    const Lattice<T> m(tensor.values<T>().data(), static_cast<std::size_t>(shape[0]),
                       static_cast<std::size_t>(shape[1]));
    return turned ? m.transposed() : m;
  }

  template <class Store>
  void product(const Lattice<T>& a, const Lattice<T>& b, const Store& store) const {
    if constexpr (std::is_integral_v<T>) {
      multiply_integers(a, b, store);
    } else if (constant_) {
      multiply(a, *constant_, store);
    } else {
      math::PackedAffine& packed = ProductMemory::of_this_thread().packed;
      pack_right(b, math::PackedAffine::Form::panels, packed);
      multiply(a, packed, store);
    }
  }

  /// A row of the output from its sums and the row of C, which there may be none of.
  void finish(const Accumulated<T>* sums, const T* c, std::size_t step, std::size_t cols, T* y) const {
    const double alpha = parameters_.alpha, beta = parameters_.beta;
    if constexpr (std::is_integral_v<T>) {
      if (!is_whole(alpha) || !is_whole(beta)) {
        for (std::size_t i = 0; i < cols; ++i) {
          const double term = c == nullptr ? 0.0 : static_cast<double>(c[i * step]) * beta;
          y[i] = truncated<T>(static_cast<double>(narrowed<T>(sums[i])) * alpha + term);
        }
        return;
      }
      const std::uint64_t factor = low_bits(alpha), weight = low_bits(beta);
      for (std::size_t i = 0; i < cols; ++i) {
        y[i] = narrowed<T>(sums[i] * factor + (c == nullptr ? 0 : widened(c[i * step]) * weight));
      }
    } else if (c == nullptr) {
      for (std::size_t i = 0; i < cols; ++i) y[i] = narrowed<T>(sums[i] * alpha);
    } else if (step == 1) {
      for (std::size_t i = 0; i < cols; ++i) y[i] = narrowed<T>(sums[i] * alpha + widened(c[i]) * beta);
    } else {
      const double term = widened(c[0]) * beta;
      for (std::size_t i = 0; i < cols; ++i) y[i] = narrowed<T>(sums[i] * alpha + term);
    }
  }

  Parameters parameters_;
  std::optional<math::PackedAffine> constant_;
};

using Multiplied =
    Types<float, double, tensor::Float16, tensor::BFloat16, std::int32_t, std::int64_t, std::uint32_t, std::uint64_t>;

std::shared_ptr<const Operation> gemm(Node& node) {
  const DataType type = node.type(0);
  if (node.type(1) != type || (node.has_input(2) && node.type(2) != type)) {
    node.malformed("multiplies matrices of two types");
  }
  const Parameters parameters{.alpha = node.number("alpha", 1),
                              .beta = node.number("beta", 1),
                              .left_turned = node.integer("transA", 0) != 0,
                              .right_turned = node.integer("transB", 0) != 0,
                              .spreads_c = node.opset() >= 7 || node.integer("broadcast", 0) != 0};
  node.gives(type);
  return by_type(node, type, Multiplied(),
                 [&]<class T>() { return std::make_shared<Gemm<T>>(parameters, node.constant(1)); });
}

constexpr std::array kOperators{
    Operator{"", "Gemm", 1, gemm},
};

}  // namespace

std::span<const Operator> gemm_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
