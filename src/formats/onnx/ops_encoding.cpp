#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "formats/onnx/encoding.hpp"
#include "formats/onnx/registry.hpp"
#include "formats/onnx/words.hpp"

/// Operators that turn categories into numbers, and numbers into labels.
namespace pelton::formats::onnx {
namespace {

template <class T>
Tensor list_of(DataType type, std::vector<T> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return {type, {count}, std::move(values)};
}

/// One side of a LabelEncoder's table: a list of text, int64 or float, or a tensor of another type.
Tensor table_side(const NodeContext& node, const std::string& side) {
  std::optional<Tensor> found;
  const auto take = [&](Tensor tensor) {
    if (tensor.size() == 0) return;
    if (found) node.malformed("has several lists of " + side);
    found = std::move(tensor);
  };
  take(list_of(DataType::string, node.texts(side + "_strings")));
  take(list_of(DataType::int64, node.integers(side + "_int64s")));
  take(list_of(DataType::float32, node.numbers(side + "_floats")));
  if (auto tensor = node.tensor(side + "_tensor")) take(std::move(*tensor));
  if (!found) node.refuse("has no table (by keys_* and values_*)");
  return std::move(*found);
}

/// What a LabelEncoder gives for no key, of the type of its values.
Tensor default_of(const NodeContext& node, const Tensor& values) {
  const auto given = node.tensor("default_tensor");
  const std::string text(node.text("default_string", "_Unused"));
  const std::int64_t integer = node.integer("default_int64", -1);
  const double number = node.number("default_float", -0.0);
  if (given) {
    if (given->size() != 1 || given->type != values.type)
      node.malformed("attribute \"default_tensor\" is not one value of the table's");
    return *given;
  }
  if (values.is_text()) return list_of(DataType::string, std::vector<std::string>{text});
  if (values.is_integer()) return list_of(values.type, std::vector<std::int64_t>{integer});
  return list_of(values.type, std::vector<double>{number});
}

/// Before version 4 no NaN is found, not even by itself.
void drop_nan_keys(Encoding& table) {
  auto* keys = std::get_if<std::vector<double>>(&table.keys.values);
  if (keys == nullptr) return;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < keys->size(); ++i) {
    if (!std::isnan((*keys)[i])) places.push_back(i);
  }
  const auto keep = [&places](auto& values) {
    for (std::size_t i = 0; i < places.size(); ++i) values[i] = values[places[i]];
    values.resize(places.size());
  };
  keep(*keys);
  std::visit(keep, table.values.values);
}

/// Whether the first input is text, which tells which way round a table of both is used.
bool takes_text(const NodeContext& node) {
  if (node.is_words(0)) return true;
  if (node.is_constant(0)) return node.constant(0).is_text();
  const Labels* labels = std::get_if<Labels>(&node.input(0));
  return labels != nullptr && labels->type == DataType::string;
}

/// A table of texts and integers that is used either way; of equal entries the last counts.
Encoding either_way(NodeContext& node, std::vector<std::string> texts, std::vector<std::int64_t> integers) {
  if (texts.empty() || texts.size() != integers.size()) node.malformed("does not have as many integers as texts");
  std::reverse(texts.begin(), texts.end());
  std::reverse(integers.begin(), integers.end());
  Encoding table{list_of(DataType::string, std::move(texts)), list_of(DataType::int64, std::move(integers)), {}};
  const std::string text(node.text("default_string", "_Unused"));
  const std::int64_t integer = node.integer("default_int64", -1);
  table.otherwise = list_of(DataType::int64, std::vector<std::int64_t>{integer});
  if (!takes_text(node)) {
    std::swap(table.keys, table.values);
    table.otherwise = list_of(DataType::string, std::vector<std::string>{text});
  }
  return table;
}

void label_encoder(NodeContext& node) {
  constexpr std::int64_t kTwoListsSince = 2;
  constexpr std::int64_t kFindsNanSince = 4;
  if (node.opset() < kTwoListsSince) {  // the position in a list of text, or the text at a position
    std::vector<std::string> texts = node.texts("classes_strings");
    std::vector<std::int64_t> positions;
    for (std::size_t i = 0; i < texts.size(); ++i) positions.push_back(static_cast<std::int64_t>(i));
    return give_encoded(node, either_way(node, std::move(texts), std::move(positions)));
  }
  Encoding table{table_side(node, "keys"), table_side(node, "values"), {}};
  if (table.keys.size() != table.values.size()) node.malformed("does not have as many values as keys");
  table.otherwise = default_of(node, table.values);
  if (node.opset() < kFindsNanSince) drop_nan_keys(table);
  give_encoded(node, table);
}

void category_mapper(NodeContext& node) {
  give_encoded(node, either_way(node, node.texts("cats_strings"), node.integers("cats_int64s")));
}

template <class T>
void check_distinct(const NodeContext& node, const std::vector<T>& categories) {
  if (std::set<T>(categories.begin(), categories.end()).size() != categories.size())
    node.refuse("has a category twice");
}

/// [rows] becomes [rows, categories]; [rows, width] becomes [rows, width, categories].
void give_one_hot(NodeContext& node, graph::Register block, std::size_t categories, bool flat) {
  Rows rows{.block = block, .width = node.builder().width(block), .type = DataType::float32, .positive = true};
  if (flat) return node.give(std::move(rows));
  node.give(Stacked{std::move(rows), categories});
}

void one_hot_words(NodeContext& node, bool fails) {
  const std::vector<std::string> categories = node.texts("cats_strings");
  if (categories.empty()) node.malformed("has no categories of text");
  check_distinct(node, categories);
  const Words& x = node.words(0);
  std::vector<graph::Register> parts;
  for (std::size_t c = 0; c < x.width(); ++c) {
    const graph::Register column = column_of(node, x, c);
    const std::vector<double> keys = x.columns[c]->compared(categories);
    parts.push_back(node.add(graph::OneHot{column, keys}));
    if (fails) {
      const std::vector<double> known(keys.size(), 0.0);
      x.columns[c]->fails_where(node.add(graph::Translate{column, keys, known, 1}));
    }
  }
  give_one_hot(node, node.add(graph::Concat{parts}), categories.size(), x.flat);
}

void one_hot_numbers(NodeContext& node, bool fails) {
  const std::vector<std::int64_t> categories = node.integers("cats_int64s");
  if (categories.empty()) node.malformed("has no categories of numbers");
  check_distinct(node, categories);
  constexpr std::int64_t kGreatest = std::int64_t{1} << 53;
  std::vector<double> keys;
  for (const std::int64_t category : categories) {
    if (category > kGreatest || category < -kGreatest) node.refuse("has categories beyond 2^53");
    keys.push_back(static_cast<double>(category));
  }
  const Rows& x = node.rows(0);
  if (x.type == DataType::boolean) node.malformed("encodes bool");
  graph::Register whole = x.block;
  if (is_floating(x.type)) whole = node.add(graph::Unary{x.block, graph::UnaryOp::to_int64});
  if (fails) {
    const std::vector<std::size_t>& features = x.features.empty() ? x.whole_parts : x.features;
    if (features.empty()) node.refuse("fails on unknown categories (attribute \"zeros\" is 0) of computed values");
    std::vector<double> ascending = keys;
    std::sort(ascending.begin(), ascending.end());
    for (const std::size_t feature : features) node.allows_only(feature, ascending);
  }
  give_one_hot(node, node.add(graph::OneHot{whole, keys}), keys.size(), x.flat);
}

void one_hot_encoder(NodeContext& node) {
  const bool fails = node.integer("zeros", 1) == 0;
  if (node.has("cats_strings") && node.has("cats_int64s")) node.malformed("has categories of text and of numbers");
  if (node.is_words(0)) return one_hot_words(node, fails);
  one_hot_numbers(node, fails);
}

constexpr std::array kOperators{
    Operator{kMlDomain, "CategoryMapper", 1, category_mapper},
    Operator{kMlDomain, "LabelEncoder", 1, label_encoder},
    Operator{kMlDomain, "OneHotEncoder", 1, one_hot_encoder},
};

}  // namespace

std::span<const Operator> encoding_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
