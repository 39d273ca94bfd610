#include <array>

#include "operators/convert.hpp"
#include "operators/number_text.hpp"
#include "operators/registry.hpp"

/// Cast and CastLike, between numbers, bools and texts (convert.hpp, number_text.hpp).
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

using Text = std::string_view;

template <class To, class From>
To cast_one(From value, core::TextArena& texts) {
  if constexpr (std::same_as<To, From>) {
    return value;
  } else if constexpr (std::same_as<To, Text>) {
    NumberText room;
    return texts.keep(write_number(converted<std::conditional_t<kIsFloat<From>, double, From>>(value), room));
  } else if constexpr (!std::same_as<From, Text>) {
    return converted<To>(value);
  } else if constexpr (std::integral<To>) {
    return read_integer<To>(value);
  } else {
    return converted<To>(read_number(value));
  }
}

template <class To, class From>
class Cast final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& given = inputs[0]->tensor;
    const std::span<const From> x = given.values<From>();
    const std::span<To> y = outputs[0]->tensor.reset<To>(given.shape());
    if constexpr (std::same_as<From, Text> && !std::same_as<To, Text>) {
      if (context.made_up) return void(std::fill(y.begin(), y.end(), To()));
    }
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = cast_one<To>(x[i], context.texts);
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }
};

std::shared_ptr<const Operation> cast(Node& node, DataType to) {
  node.ignore("saturate");  // both have to do with types of eight bits only
  node.ignore("round_mode");
  node.gives(to);
  return by_type(node, node.type(0), Anything(), [&]<class From>() {
    return by_type(node, to, Anything(), [&]<class To>() { return std::make_shared<Cast<To, From>>(); });
  });
}

/// The first version named the type in words.
DataType type_of_name(const Node& node, std::string_view name) {
  constexpr std::array kTypes{DataType::float32, DataType::uint8,   DataType::int8,    DataType::uint16,
                              DataType::int16,   DataType::int32,   DataType::int64,   DataType::string,
                              DataType::boolean, DataType::float16, DataType::float64, DataType::uint32,
                              DataType::uint64};
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const DataType type : kTypes) {
    if (to_string(type) == lower) return type;
  }
  node.refuse("casts to an element type of another kind");
}

std::shared_ptr<const Operation> cast_to(Node& node) {
  constexpr std::int64_t kTypeIsNumber = 6;
  if (!node.has("to")) node.malformed("lacks attribute \"to\"");
  if (node.opset() < kTypeIsNumber) return cast(node, type_of_name(node, node.text("to", "")));
  const std::int64_t to = node.integer("to", 0);
  constexpr std::int64_t kMost = 1000;
  if (to < 0 || to > kMost) node.malformed("attribute \"to\" is no element type");
  return cast(node, static_cast<DataType>(to));
}

std::shared_ptr<const Operation> cast_like(Node& node) { return cast(node, node.type(1)); }

constexpr std::array kOperators{
    Operator{"", "Cast", 1, cast_to},
    Operator{"", "CastLike", 15, cast_like},
};

}  // namespace

std::span<const Operator> cast_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
