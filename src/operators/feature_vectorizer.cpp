#include <algorithm>
#include <array>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// FeatureVectorizer: the columns of several tensors side by side, as floats.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// Rows of a tensor; one of a single dimension is one row.
std::int64_t rows_of(const Shape& shape) { return shape.rank() == 1 ? 1 : shape[0]; }

template <class T>
void write(const Tensor& x, std::size_t rows, std::size_t width, float* to, std::size_t stride) {
  const std::size_t given = x.size() / rows;
  const std::size_t copied = std::min(given, width);
  const T* from = x.values<T>().data();
  for (std::size_t r = 0; r < rows; ++r, from += given, to += stride) {
    for (std::size_t c = 0; c < copied; ++c) to[c] = static_cast<float>(from[c]);
    std::fill(to + copied, to + width, 0.0F);
  }
}

class FeatureVectorizer final : public Operation {
 public:
  using Writer = void (*)(const Tensor&, std::size_t, std::size_t, float*, std::size_t);
  struct Part {
    Writer write;
    std::size_t width;  ///< what it has more is left out, what it lacks is zero
  };
  FeatureVectorizer(std::vector<Part> parts, std::size_t width) : parts_(std::move(parts)), width_(width) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    for (const Value* input : inputs) check_shape(input->tensor.shape(), inputs[0]->tensor.shape());
    if (outputs[0] == nullptr) return;
    const std::int64_t rows = rows_of(inputs[0]->tensor.shape());
    float* to = outputs[0]->tensor.reset<float>({rows, static_cast<std::int64_t>(width_)}).data();
    if (rows == 0) return;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      parts_[i].write(inputs[i]->tensor, static_cast<std::size_t>(rows), parts_[i].width, to, width_);
      to += parts_[i].width;
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool apart = std::all_of(inputs.begin(), inputs.end(), [](const Traced& input) {
      return input.rows == RowAxis::at(0) && input.shape.rank() > 1;
    });
    return apart ? RowAxis::at(0) : RowAxis::mixed();
  }

 private:
  static void check_shape(const Shape& shape, const Shape& first) {
    if (shape.rank() == 0) throw Failure("takes a scalar");
    if (rows_of(shape) != rows_of(first)) {
      throw Failure("puts " + to_string(shape) + " beside " + to_string(first));
    }
  }

  std::vector<Part> parts_;
  std::size_t width_;
};

FeatureVectorizer::Writer writer(const Node& node, DataType type) {
  switch (type) {
    case DataType::float32: return write<float>;
    case DataType::float64: return write<double>;
    case DataType::int32: return write<std::int32_t>;
    case DataType::int64: return write<std::int64_t>;
    default: node.refuse("works on other types than " + std::string(to_string(type)));
  }
}

std::shared_ptr<const Operation> feature_vectorizer(Node& node) {
  const std::vector<std::int64_t> widths = node.integers("inputdimensions");
  if (widths.empty() || widths.size() != node.inputs()) {
    node.malformed("says the width of " + std::to_string(widths.size()) + " of its " + std::to_string(node.inputs()) +
                   " inputs");
  }
  std::vector<FeatureVectorizer::Part> parts;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] < 0) node.malformed("attribute \"inputdimensions\" is negative");
    if (widths[i] > tensor::kMaxElements - total) node.refuse("gives too many columns");
    total += widths[i];
    parts.push_back({writer(node, node.type(i)), static_cast<std::size_t>(widths[i])});
  }
  node.gives(DataType::float32);
  return std::make_shared<FeatureVectorizer>(std::move(parts), static_cast<std::size_t>(total));
}

constexpr std::array kOperators{
    Operator{kMlDomain, "FeatureVectorizer", 1, feature_vectorizer},
};

}  // namespace

std::span<const Operator> feature_vectorizer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
