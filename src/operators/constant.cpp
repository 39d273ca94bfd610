#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "operators/registry.hpp"

/// Constant.
namespace pelton::operators {
namespace {

using tensor::RunContext;
using tensor::Value;

class Constant final : public Operation {
 public:
  explicit Constant(std::shared_ptr<const Tensor> value) : value_(std::move(value)) {}

  void run(std::span<const Value* const>, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] != nullptr) outputs[0]->tensor.assign(*value_);
  }

 private:
  std::shared_ptr<const Tensor> value_;
};

/// Its texts are copied in every run: what they give may outlive the node.
class ConstantTexts final : public Operation {
 public:
  ConstantTexts(const Shape& shape, std::vector<std::string> texts) : shape_(shape), texts_(std::move(texts)) {}

  void run(std::span<const Value* const>, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const std::span<std::string_view> views = outputs[0]->tensor.reset<std::string_view>(shape_);
    for (std::size_t i = 0; i < views.size(); ++i) views[i] = context.texts.keep(texts_[i]);
  }

 private:
  Shape shape_;
  std::vector<std::string> texts_;
};

template <class T>
std::shared_ptr<const Operation> constant_of(const Shape& shape, std::span<const T> values) {
  return std::make_shared<Constant>(std::make_shared<Tensor>(Tensor::of<T>(shape, values)));
}

Shape list_shape(std::size_t size) { return Shape({static_cast<std::int64_t>(size)}); }

std::vector<float> floats(std::vector<double> values) { return {values.begin(), values.end()}; }

std::shared_ptr<const Operation> constant_from(const Node& node, std::string_view form) {
  if (form == "value") {
    std::shared_ptr<const Tensor> value = node.tensor(form);
    return std::make_shared<Constant>(std::move(value));
  }
  if (form == "value_float") return constant_of<float>({}, floats({node.number(form, 0)}));
  if (form == "value_floats") {
    const std::vector<float> values = floats(node.numbers(form));
    return constant_of<float>(list_shape(values.size()), values);
  }
  if (form == "value_int") return constant_of<std::int64_t>({}, std::array{node.integer(form, 0)});
  if (form == "value_ints") {
    const std::vector<std::int64_t> values = node.integers(form);
    return constant_of<std::int64_t>(list_shape(values.size()), values);
  }
  if (form == "value_string") return std::make_shared<ConstantTexts>(Shape(), std::vector{node.text(form, "")});
  std::vector<std::string> texts = node.texts(form);
  const Shape shape = list_shape(texts.size());
  return std::make_shared<ConstantTexts>(shape, std::move(texts));
}

DataType type_of(const Node& node, std::string_view form) {
  if (form == "value") return node.tensor(form)->type();
  if (form == "value_float" || form == "value_floats") return DataType::float32;
  if (form == "value_int" || form == "value_ints") return DataType::int64;
  return DataType::string;
}

std::shared_ptr<const Operation> constant(Node& node) {
  constexpr std::array<std::string_view, 7> kForms{"value",      "value_float",  "value_floats", "value_int",
                                                   "value_ints", "value_string", "value_strings"};
  if (node.has("sparse_value")) node.refuse("has a sparse value, and sparse tensors are not carried out");
  const auto is_given = [&](std::string_view form) { return node.has(form); };
  if (std::count_if(kForms.begin(), kForms.end(), is_given) != 1) node.malformed("has none or several values");
  const std::string_view form = *std::find_if(kForms.begin(), kForms.end(), is_given);
  node.gives(type_of(node, form));
  return constant_from(node, form);
}

constexpr std::array kOperators{
    Operator{"", "Constant", 1, constant},
};

}  // namespace

std::span<const Operator> constant_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
