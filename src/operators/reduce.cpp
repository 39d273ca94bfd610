#include <array>
#include <cmath>
#include <limits>

#include "math/kernels.hpp"
#include "operators/convert.hpp"
#include "operators/doubles.hpp"
#include "operators/elementwise.hpp"
#include "operators/extremes.hpp"
#include "operators/reduction.hpp"
#include "operators/registry.hpp"
#include "tensor/failure.hpp"

/// ReduceSum and its family. Floating-point numbers are summed up in double, one after the other;
/// integers wrap around. Of no elements a sum is 0, a product 1, a logarithm −∞, the largest the least
/// number there is (the smallest the greatest) and a mean NaN, or for integers a failure.
namespace pelton::operators {
namespace {

using math::UnaryOp;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

double kernel(UnaryOp op, double x) {
  double y = 0;
  math::kernels().unary({op}, {&x, 1}, 1, 1, {&y, 1});
  return y;
}

/// The elements that come to one.
template <class T>
struct Elements {
  const T* data;
  std::size_t first;
  const Reduction& reduction;

  std::size_t count() const noexcept { return reduction.count(); }
  template <class F>
  void each(F f) const {
    reduction.runs(first, [&](std::size_t start, std::size_t count, std::size_t step) {
      for (std::size_t i = 0; i < count; ++i) f(static_cast<Computed<T>>(data[start + i * step]));
    });
  }
};

/// What a sum of T is taken in.
template <class T>
using Total = std::conditional_t<std::integral<T>, std::uint64_t, double>;
/// What roots, logarithms and means of T are taken in: it holds every integer of 64 bits.
template <class T>
using Wide = std::conditional_t<std::integral<T>, long double, double>;

/// A result as an element, a NaN being the one NaN there is.
template <class T, class N>
T as_element(N value) noexcept {
  if constexpr (std::floating_point<N>)
    return converted<T>(settled(value));
  else
    return static_cast<T>(value);
}

template <class N, class T, class F>
N sum_of(const Elements<T>& elements, F f) {
  N total = 0;
  elements.each([&](Computed<T> x) { total += f(static_cast<N>(x)); });
  return total;
}

constexpr auto kAsIs = [](auto x) { return x; };
constexpr auto kSquare = [](auto x) { return x * x; };

/// |x| of an element that is already a wrapping integer: of its signed type.
template <class T>
constexpr auto magnitude(Total<T> x) noexcept {
  if constexpr (std::signed_integral<T>)
    return static_cast<T>(x) < 0 ? 0 - x : x;
  else if constexpr (std::integral<T>)
    return x;
  else
    return std::abs(x);
}

struct Sum {
  template <class T>
  static T of(const Elements<T>& x) {
    return as_element<T>(sum_of<Total<T>>(x, kAsIs));
  }
};

struct SumSquare {
  template <class T>
  static T of(const Elements<T>& x) {
    return as_element<T>(sum_of<Total<T>>(x, kSquare));
  }
};

struct L1 {
  template <class T>
  static T of(const Elements<T>& x) {
    return as_element<T>(sum_of<Total<T>>(x, magnitude<T>));
  }
};

struct L2 {
  template <class T>
  static T of(const Elements<T>& x) {
    return as_element<T>(std::sqrt(sum_of<Wide<T>>(x, kSquare)));
  }
};

/// Of integers cut toward zero.
struct Mean {
  template <class T>
  static T of(const Elements<T>& x) {
    if constexpr (std::integral<T>) {
      if (x.count() == 0) throw tensor::Failure("the mean of no integers");
      using Signed = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
      return static_cast<T>(static_cast<Signed>(sum_of<std::uint64_t>(x, kAsIs)) / static_cast<Signed>(x.count()));
    } else {
      return as_element<T>(sum_of<double>(x, kAsIs) / static_cast<double>(x.count()));
    }
  }
};

struct Prod {
  template <class T>
  static T of(const Elements<T>& x) {
    Total<T> product = 1;
    x.each([&](Computed<T> value) { product *= static_cast<Total<T>>(value); });
    return as_element<T>(product);
  }
};

struct LogSum {
  template <class T>
  static T of(const Elements<T>& x) {
    return as_element<T>(kernel(UnaryOp::log, static_cast<double>(sum_of<Wide<T>>(x, kAsIs))));
  }
};

struct LogSumExp {
  template <class T>
  static T of(const Elements<T>& x) {
    double most = -std::numeric_limits<double>::infinity();
    x.each([&](Computed<T> value) { most = Larger()(most, static_cast<double>(value)); });
    // An infinite largest value would make NaN of x − most; without it e^x decides.
    const double shift = std::isinf(most) ? 0.0 : most;
    double total = 0;
    std::size_t held = 0;
    Chunk values;
    const auto take = [&] {
      math::kernels().unary({UnaryOp::exp}, {values.data(), held}, 1, held, {values.data(), held});
      for (std::size_t i = 0; i < held; ++i) total += values[i];
      held = 0;
    };
    x.each([&](Computed<T> value) {
      values[held++] = static_cast<double>(value) - shift;
      if (held == kChunk) take();
    });
    take();
    return as_element<T>(shift + kernel(UnaryOp::log, total));
  }
};

template <class T>
T extreme(T of_floats, T of_others) noexcept {
  return std::floating_point<T> ? of_floats : of_others;
}

struct Max {
  template <class T>
  static T of(const Elements<T>& x) {
    using Limits = std::numeric_limits<Computed<T>>;
    Computed<T> most = extreme<Computed<T>>(-Limits::infinity(), Limits::lowest());
    x.each([&](Computed<T> value) { most = Larger()(most, value); });
    return as_element<T>(most);
  }
};

struct Min {
  template <class T>
  static T of(const Elements<T>& x) {
    using Limits = std::numeric_limits<Computed<T>>;
    Computed<T> least = extreme<Computed<T>>(Limits::infinity(), Limits::max());
    x.each([&](Computed<T> value) { least = Smaller()(least, value); });
    return as_element<T>(least);
  }
};

template <class T, class Way>
class Reduce final : public Operation {
 public:
  explicit Reduce(ReducedAxes axes) : axes_(std::move(axes)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    const ReducedAxes::Set gone = axes_.of(inputs, x.rank());
    const Reduction reduction(x.shape(), gone);
    const std::span<T> y = outputs[0]->tensor.reset<T>(axes_.reduced(x.shape(), gone));
    reduction.results([&](std::size_t index, std::size_t first) {
      y[index] = Way::of(Elements<T>{x.values<T>().data(), first, reduction});
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return axes_.rows(inputs);
  }

 private:
  ReducedAxes axes_;
};

template <class Way, std::int64_t kAxesAreInput, class List>
std::shared_ptr<const Operation> reduce(Node& node) {
  const ReducedAxes axes(node, kAxesAreInput);
  node.gives(node.type(0));
  return by_type(node, node.type(0), List(), [&]<class T>() { return std::make_shared<Reduce<T, Way>>(axes); });
}

constexpr std::array kOperators{
    Operator{"", "ReduceL1", 1, reduce<L1, 18, Numbers>},
    Operator{"", "ReduceL2", 1, reduce<L2, 18, Numbers>},
    Operator{"", "ReduceLogSum", 1, reduce<LogSum, 18, Numbers>},
    Operator{"", "ReduceLogSumExp", 1, reduce<LogSumExp, 18, Numbers>},
    Operator{"", "ReduceMax", 1, reduce<Max, 18, NumbersAndBools>},
    Operator{"", "ReduceMean", 1, reduce<Mean, 18, Numbers>},
    Operator{"", "ReduceMin", 1, reduce<Min, 18, NumbersAndBools>},
    Operator{"", "ReduceProd", 1, reduce<Prod, 18, Numbers>},
    Operator{"", "ReduceSum", 1, reduce<Sum, 13, Numbers>},
    Operator{"", "ReduceSumSquare", 1, reduce<SumSquare, 18, Numbers>},
};

}  // namespace

std::span<const Operator> reduce_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
