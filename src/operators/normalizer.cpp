#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// Normalizer: each row over its norm, as floats.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

enum class Norm { max, l1, l2 };

/// Sum of term(x) over a row, in eight interleaved sums: always the same ones, whatever the machine.
template <class T, class Term>
double sum(std::span<const T> row, const Term& term) {
  constexpr std::size_t kSums = 8;
  std::array<double, kSums> sums{};
  std::size_t i = 0;
  for (; i + kSums <= row.size(); i += kSums) {
    for (std::size_t s = 0; s < kSums; ++s) sums[s] += term(static_cast<double>(row[i + s]));
  }
  for (std::size_t s = 0; i < row.size(); ++i, ++s) sums[s] += term(static_cast<double>(row[i]));
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

template <class T>
class Normalizer final : public Operation {
 public:
  explicit Normalizer(Norm norm) : norm_(norm) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    if (x.rank() != 1 && x.rank() != 2) throw Failure("normalises rows, not " + to_string(x.shape()));
    if (outputs[0] == nullptr) return;
    const auto width = static_cast<std::size_t>(x.shape().back());
    const std::span<const T> from = x.values<T>();
    const std::span<float> to = outputs[0]->tensor.reset<float>(x.shape());
    for (std::size_t i = 0; i < from.size(); i += width) {
      const std::span<const T> row = from.subspan(i, width);
      const double size = norm(row);
      // A row of norm 0 stays as it is.
      const double divisor = size == 0 ? 1 : size;
      for (std::size_t c = 0; c < width; ++c) to[i + c] = static_cast<float>(static_cast<double>(row[c]) / divisor);
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool apart = inputs[0].shape.rank() == 2 && inputs[0].rows == RowAxis::at(0);
    return apart ? inputs[0].rows : RowAxis::mixed();
  }

 private:
  double norm(std::span<const T> row) const {
    switch (norm_) {
      case Norm::l1: return sum(row, [](double value) { return std::abs(value); });
      case Norm::l2: return std::sqrt(sum(row, [](double value) { return value * value; }));
      case Norm::max: break;
    }
    // The greatest value, not the greatest absolute value: so the specification and ONNX Runtime.
    double greatest = std::numeric_limits<double>::lowest();
    for (const T value : row) greatest = std::max(greatest, static_cast<double>(value));
    return greatest;
  }

  Norm norm_;
};

Norm read_norm(const Node& node) {
  const std::string name = node.text("norm", "MAX");
  if (name == "MAX") return Norm::max;
  if (name == "L1") return Norm::l1;
  if (name == "L2") return Norm::l2;
  node.malformed("attribute \"norm\" is none of MAX, L1, L2");
}

std::shared_ptr<const Operation> normalizer(Node& node) {
  const Norm norm = read_norm(node);
  node.gives(DataType::float32);
  return by_type(node, node.type(0), Types<float, double, std::int64_t, std::int32_t>(),
                 [&]<class T>() { return std::make_shared<Normalizer<T>>(norm); });
}

constexpr std::array kOperators{
    Operator{kMlDomain, "Normalizer", 1, normalizer},
};

}  // namespace

std::span<const Operator> normalizer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
