#include <algorithm>
#include <array>
#include <limits>

#include "operators/by_type.hpp"
#include "operators/lookup_table.hpp"
#include "operators/registry.hpp"

/// ai.onnx.ml's OneHotEncoder: a one in the place of each element's category.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// What an element is looked up by: numbers are cut to integers. NaN and what no int64 holds become the
/// least one, as in a cast on x86.
std::string_view category(std::string_view text) { return text; }
template <std::integral T>
std::int64_t category(T value) {
  return value;
}
template <std::floating_point T>
std::int64_t category(T value) {
  constexpr T kBound = 0x1p63;
  const bool fits = value >= -kBound && value < kBound;
  return fits ? static_cast<std::int64_t>(value) : std::numeric_limits<std::int64_t>::min();
}

template <class T>
using Category = std::conditional_t<std::is_same_v<T, std::string_view>, std::string, std::int64_t>;

template <class T>
class OneHotEncoder final : public Operation {
 public:
  OneHotEncoder(std::vector<Category<T>> categories, bool zeros)
      : categories_(std::move(categories)), zeros_(zeros), places_(categories_.size()) {
    for (std::size_t i = 0; i < categories_.size(); ++i) {
      places_.assign(lookup_key(categories_[i]), static_cast<std::uint32_t>(i));
    }
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const Tensor& x = inputs[0]->tensor;
    const std::size_t width = categories_.size();
    if (outputs[0] == nullptr) return;
    const std::span<float> y =
        outputs[0]->tensor.reset<float>(x.shape().inserted(x.rank(), static_cast<std::int64_t>(width)));
    std::fill(y.begin(), y.end(), 0.0F);
    std::size_t begin = 0;
    for (const T& element : x.values<T>()) {
      const std::uint32_t place = places_.find(lookup_key(category(element)));
      if (place != LookupTable<LookupKey<T>>::kAbsent) {
        y[begin + place] = 1.0F;
      } else if (!zeros_ && !context.made_up) {
        throw Failure("takes an element of none of its categories");
      }
      begin += width;
    }
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }

 private:
  std::vector<Category<T>> categories_;
  bool zeros_;
  LookupTable<LookupKey<T>> places_;
};

std::shared_ptr<const Operation> one_hot_encoder(Node& node) {
  std::vector<std::string> texts = node.texts("cats_strings");
  std::vector<std::int64_t> integers = node.integers("cats_int64s");
  const bool zeros = node.integer("zeros", 1) != 0;
  if (texts.empty() == integers.empty()) node.malformed("does not have exactly one list of categories");
  if ((node.type(0) == DataType::string) == texts.empty()) {
    node.malformed("has categories of another kind than its input of type " + std::string(to_string(node.type(0))));
  }
  node.gives(DataType::float32);
  return by_type(node, node.type(0), Types<std::string_view, std::int64_t, std::int32_t, float, double>(),
                 [&]<class T>() {
                   if constexpr (std::is_same_v<T, std::string_view>) {
                     return std::make_shared<OneHotEncoder<T>>(std::move(texts), zeros);
                   } else {
                     return std::make_shared<OneHotEncoder<T>>(std::move(integers), zeros);
                   }
                 });
}

constexpr std::array kOperators{
    Operator{kMlDomain, "OneHotEncoder", 1, one_hot_encoder},
};

}  // namespace

std::span<const Operator> one_hot_encoder_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
