#include <algorithm>
#include <array>
#include <cstring>

#include "operators/by_type.hpp"
#include "operators/lookup_table.hpp"
#include "operators/registry.hpp"

/// LabelEncoder and CategoryMapper: each element for another, by a table.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// A list of elements that owns its texts.
struct List {
  std::vector<std::string> texts;
  Tensor elements;

  static List of(std::vector<std::string> texts) {
    List list{std::move(texts), {}};
    const auto views = list.elements.reset<std::string_view>({static_cast<std::int64_t>(list.texts.size())});
    std::copy(list.texts.begin(), list.texts.end(), views.begin());
    return list;
  }
  template <class T, class From>
  static List of_numbers(const std::vector<From>& from) {
    List list;
    const auto values = list.elements.reset<T>({static_cast<std::int64_t>(from.size())});
    std::transform(from.begin(), from.end(), values.begin(), [](From value) { return static_cast<T>(value); });
    return list;
  }
  static List of(const Tensor& tensor) {
    if (tensor.type() == DataType::string) {
      const auto views = tensor.values<std::string_view>();
      return of(std::vector<std::string>(views.begin(), views.end()));
    }
    List list;
    list.elements.assign(tensor);
    return list;
  }
};

/// The value of each element's key; where there is no such key, another value.
template <class T>
class Mapping final : public Operation {
 public:
  /// As many values as keys. Of a key that is there twice, the last is meant.
  Mapping(List keys, List values, List otherwise)
      : keys_(std::move(keys)),
        values_(std::move(values)),
        otherwise_(std::move(otherwise)),
        numbers_(keys_.elements.size()) {
    const std::span<const T> all = keys_.elements.template values<T>();
    for (std::size_t i = 0; i < all.size(); ++i) numbers_.assign(lookup_key(all[i]), static_cast<std::uint32_t>(i));
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    Tensor& y = outputs[0]->tensor;
    y.reset(values_.elements.type(), x.shape());
    switch (element_bytes(y.type())) {
      case 2: return map<2>(x.values<T>(), y);
      case 4: return map<4>(x.values<T>(), y);
      case 8: return map<8>(x.values<T>(), y);
      default: return map<sizeof(std::string_view)>(x.values<T>(), y);
    }
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }

 private:
  template <std::size_t kBytes>
  void map(std::span<const T> x, Tensor& y) const {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::uint32_t number = numbers_.find(lookup_key(x[i]));
      const bool known = number != LookupTable<LookupKey<T>>::kAbsent;
      const std::byte* value = known ? values_.elements.data() + number * kBytes : otherwise_.elements.data();
      std::memcpy(y.data() + i * kBytes, value, kBytes);
    }
  }

  List keys_;
  List values_;
  List otherwise_;
  LookupTable<LookupKey<T>> numbers_;
};

using Labels = Types<std::string_view, std::int64_t, float, std::int32_t, std::int16_t, double>;

bool is_label(DataType type) {
  constexpr std::array kTypes{DataType::string, DataType::int64, DataType::float32,
                              DataType::int32,  DataType::int16, DataType::float64};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

std::shared_ptr<const Operation> mapping(Node& node, List keys, List values, List otherwise) {
  if (keys.elements.type() != node.type(0)) {
    node.malformed("has keys of type " + std::string(to_string(keys.elements.type())) + " for elements of type " +
                   std::string(to_string(node.type(0))));
  }
  if (keys.elements.size() != values.elements.size()) {
    node.malformed("has " + std::to_string(values.elements.size()) + " values for " +
                   std::to_string(keys.elements.size()) + " keys");
  }
  node.gives(values.elements.type());
  return by_type(node, node.type(0), Labels(), [&]<class T>() {
    return std::make_shared<Mapping<T>>(std::move(keys), std::move(values), std::move(otherwise));
  });
}

/// The one list there is of keys or of values.
List read_list(const Node& node, const std::string& kind) {
  std::vector<std::string> texts = node.texts(kind + "_strings");
  const std::vector<std::int64_t> integers = node.integers(kind + "_int64s");
  const std::vector<double> numbers = node.numbers(kind + "_floats");
  const std::shared_ptr<const Tensor> tensor = node.tensor(kind + "_tensor");
  const int lists = !texts.empty() + !integers.empty() + !numbers.empty() + (tensor != nullptr);
  if (lists != 1) node.malformed("does not have exactly one list of " + kind);
  if (tensor != nullptr) {
    if (!is_label(tensor->type())) node.refuse("has " + kind + " of type " + std::string(to_string(tensor->type())));
    return List::of(*tensor);
  }
  if (!texts.empty()) return List::of(std::move(texts));
  return integers.empty() ? List::of_numbers<float>(numbers) : List::of_numbers<std::int64_t>(integers);
}

/// What elements without a key become. Attributes of the other types have no bearing.
List read_default(const Node& node, DataType type) {
  const std::string text = node.text("default_string", "_Unused");
  const std::int64_t integer = node.integer("default_int64", -1);
  const double number = node.number("default_float", -0.0);
  if (const std::shared_ptr<const Tensor> tensor = node.tensor("default_tensor")) {
    if (tensor->type() != type || tensor->size() != 1)
      node.malformed("has a default that is not one of its values' type");
    return List::of(*tensor);
  }
  switch (type) {
    case DataType::string: return List::of(std::vector<std::string>{text});
    case DataType::int64: return List::of_numbers<std::int64_t>(std::vector{integer});
    case DataType::float32: return List::of_numbers<float>(std::vector{number});
    case DataType::int32: return List::of_numbers<std::int32_t>(std::vector{-1});
    case DataType::int16: return List::of_numbers<std::int16_t>(std::vector{-1});
    default: return List::of_numbers<double>(std::vector{-0.0});
  }
}

/// Texts and integers, either way, by which of them the input is.
std::shared_ptr<const Operation> text_and_integer(Node& node, std::vector<std::string> texts,
                                                  const std::vector<std::int64_t>& integers) {
  List names = List::of(std::move(texts));
  List numbers = List::of_numbers<std::int64_t>(integers);
  const bool from_text = node.type(0) == DataType::string;
  List otherwise = read_default(node, from_text ? DataType::int64 : DataType::string);
  if (from_text) return mapping(node, std::move(names), std::move(numbers), std::move(otherwise));
  return mapping(node, std::move(numbers), std::move(names), std::move(otherwise));
}

std::shared_ptr<const Operation> label_encoder(Node& node) {
  constexpr std::int64_t kTwoListsSince = 2;
  if (node.opset() < kTwoListsSince) {  // a text's place in a list, and back
    std::vector<std::string> classes = node.texts("classes_strings");
    std::vector<std::int64_t> places(classes.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i);
    return text_and_integer(node, std::move(classes), places);
  }
  List keys = read_list(node, "keys");
  List values = read_list(node, "values");
  List otherwise = read_default(node, values.elements.type());
  return mapping(node, std::move(keys), std::move(values), std::move(otherwise));
}

std::shared_ptr<const Operation> category_mapper(Node& node) {
  return text_and_integer(node, node.texts("cats_strings"), node.integers("cats_int64s"));
}

constexpr std::array kOperators{
    Operator{kMlDomain, "CategoryMapper", 1, category_mapper},
    Operator{kMlDomain, "LabelEncoder", 1, label_encoder},
};

}  // namespace

std::span<const Operator> label_encoder_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
