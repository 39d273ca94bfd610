#include <array>

#include "operators/by_type.hpp"
#include "operators/doubles.hpp"
#include "operators/registry.hpp"
#include "tensor/failure.hpp"

/// Dropout, which drops nothing when a model is scored: the input as it is, and a mask that keeps all.
/// One that trains is refused, unless its ratio is 0.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

constexpr std::int64_t kNeverTrains = 7;
constexpr std::int64_t kMaskIsBool = 10;
constexpr std::int64_t kModeIsInput = 12;
constexpr const char* kDrops = "drops values at random: it is in training mode";

bool trains(const Tensor* mode) { return mode != nullptr && mode->size() > 0 && mode->values<bool>().front(); }

/// Whether a ratio (one half where it is left out) drops anything.
bool drops(const Tensor* ratio) {
  if (ratio == nullptr || ratio->size() == 0) return true;
  double value = 0;
  read_doubles(*ratio, 0, 1, 1, &value);
  return value != 0;
}

template <class Mask>
class Dropout final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const auto given = [&](std::size_t i) {
      return i < inputs.size() && inputs[i] != nullptr ? &inputs[i]->tensor : nullptr;
    };
    if (trains(given(2)) && drops(given(1))) throw Failure(kDrops);
    const Tensor& x = inputs[0]->tensor;
    if (outputs[0] != nullptr) outputs[0]->assign(*inputs[0]);
    if (outputs.size() < 2 || outputs[1] == nullptr) return;
    for (Mask& kept : outputs[1]->tensor.reset<Mask>(x.shape())) kept = static_cast<Mask>(Computed<Mask>{1});
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    for (const Traced& input : inputs.subspan(1)) {
      if (!input.rows.is_none()) return RowAxis::mixed();
    }
    return inputs[0].rows;
  }
};

std::shared_ptr<const Operation> dropout(Node& node) {
  const DataType type = node.type(0);
  for (const char* name : {"ratio", "seed", "consumed_inputs"}) node.ignore(name);
  if (node.opset() < kNeverTrains && node.integer("is_test", 0) == 0) node.refuse(kDrops);
  if (node.opset() >= kModeIsInput && node.has_input(2)) {
    if (node.type(2) != DataType::boolean) node.malformed("input 2 is not bool");
    const bool ratio_is_known = node.constant(1) != nullptr || !node.has_input(1);
    if (trains(node.constant(2)) && ratio_is_known && drops(node.constant(1))) node.refuse(kDrops);
  }
  if (node.has_input(1)) by_type(node, node.type(1), Floats(), []<class T>() { return nullptr; });
  node.gives(type);
  const bool mask_is_bool = node.opset() >= kMaskIsBool;
  if (node.outputs() > 1) node.gives(mask_is_bool ? DataType::boolean : type);
  return by_type(node, type, Floats(), [&]<class T>() -> std::shared_ptr<const Operation> {
    if (mask_is_bool) return std::make_shared<Dropout<bool>>();
    return std::make_shared<Dropout<T>>();
  });
}

constexpr std::array kOperators{
    Operator{"", "Dropout", 1, dropout},
};

}  // namespace

std::span<const Operator> dropout_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
