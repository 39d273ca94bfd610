#include "formats/onnx/encoding.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "formats/onnx/words.hpp"
#include "graph/key_index.hpp"

namespace pelton::formats::onnx {
namespace {

/// Numbers as registers hold them, refusing integers that they cannot.
std::vector<double> exact_numbers(const NodeContext& node, const Tensor& tensor) {
  constexpr std::int64_t kGreatest = std::int64_t{1} << 53;
  if (tensor.is_integer()) {
    for (const std::int64_t value : tensor.integers()) {
      if (value > kGreatest || value < -kGreatest) node.refuse("encodes integers beyond 2^53");
    }
  }
  return tensor.numbers();
}

/// For each value of `list` its position among the keys, or as many as there are keys.
std::vector<std::size_t> positions(const NodeContext& node, const Tensor& keys, const Tensor& list) {
  std::vector<std::size_t> found;
  found.reserve(list.size());
  if (list.is_text()) {
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < keys.size(); ++i) index.emplace(keys.texts()[i], i);
    for (const std::string& text : list.texts()) {
      const auto at = index.find(text);
      found.push_back(at == index.end() ? keys.size() : at->second);
    }
    return found;
  }
  const graph::KeyIndex index(exact_numbers(node, keys));
  for (const double value : exact_numbers(node, list)) {
    const std::uint32_t at = index.find(value);
    found.push_back(at == graph::KeyIndex::kNone ? keys.size() : at);
  }
  return found;
}

/// The values that stand at positions; beyond the last, `otherwise`.
Tensor values_at(const Encoding& table, const std::vector<std::size_t>& positions, std::vector<std::int64_t> shape) {
  Tensor result{table.values.type, std::move(shape), {}};
  const auto pick = [&](const auto& values) {
    const auto& otherwise = std::get<std::decay_t<decltype(values)>>(table.otherwise.values).front();
    std::decay_t<decltype(values)> picked;
    for (const std::size_t at : positions) picked.push_back(at < values.size() ? values[at] : otherwise);
    result.values = std::move(picked);
  };
  std::visit(pick, table.values.values);
  return result;
}

std::vector<model::Label> labels_of(const Tensor& tensor) {
  if (tensor.is_text()) return {tensor.texts().begin(), tensor.texts().end()};
  return {tensor.integers().begin(), tensor.integers().end()};
}

Tensor tensor_of(const Labels& labels) {
  const bool text = !labels.names.empty() && std::holds_alternative<std::string>(labels.names.front());
  Tensor tensor{text ? DataType::string : DataType::int64, {static_cast<std::int64_t>(labels.names.size())}, {}};
  if (text) {
    std::vector<std::string> names;
    for (const model::Label& name : labels.names) names.push_back(std::get<std::string>(name));
    tensor.values = std::move(names);
  } else {
    std::vector<std::int64_t> names;
    for (const model::Label& name : labels.names) names.push_back(std::get<std::int64_t>(name));
    tensor.values = std::move(names);
  }
  return tensor;
}

Labels choices_as_labels(const Rows& x) {
  Labels labels{.index = x.block, .names = {}, .type = DataType::int64};
  labels.flat = x.flat;
  for (std::size_t i = 0; i < x.choices; ++i) labels.names.emplace_back(static_cast<std::int64_t>(i));
  return labels;
}

void check_keys(const NodeContext& node, const Encoding& table, DataType type) {
  if (table.keys.type == type) return;
  node.malformed("looks up " + std::string(to_string(type)) + " among keys of " +
                 std::string(to_string(table.keys.type)));
}

void give_labels(NodeContext& node, const Encoding& table, Labels labels) {
  const Tensor names = tensor_of(labels);
  check_keys(node, table, labels.type == DataType::string ? labels.type : names.type);
  const Tensor encoded = values_at(table, positions(node, table.keys, names), names.shape);
  if (encoded.is_text() || encoded.is_integer()) {
    labels.names = labels_of(encoded);
    labels.type = encoded.type;
    return node.give(std::move(labels));
  }
  if (labels.sideways) node.refuse("encodes labels that lie in one line as numbers");
  const std::vector<double> numbers = encoded.numbers();
  node.give(Rows{
      .block = node.add(graph::Lookup{labels.index, numbers}), .width = 1, .type = encoded.type, .flat = labels.flat});
}

/// Text of the request to numbers, or to other text in its columns.
void give_words(NodeContext& node, const Encoding& table, const Words& x) {
  check_keys(node, table, DataType::string);
  const std::vector<std::string>& keys = table.keys.texts();
  if (!table.values.is_text()) {
    const std::vector<double> values = exact_numbers(node, table.values);
    const double otherwise = exact_numbers(node, table.otherwise).front();
    const graph::Register block = translated(node, x, [&](Vocabulary& vocabulary) {
      return Translation{vocabulary.compared(keys), values, otherwise};
    });
    return node.give(Rows{.block = block, .width = x.width(), .type = table.values.type, .flat = x.flat});
  }
  Words result = x;
  result.block = translated(node, x, [&](Vocabulary& vocabulary) {
    Translation numbers{vocabulary.compared(keys), {}, vocabulary.put(table.otherwise.texts().front())};
    for (const std::string& value : table.values.texts()) numbers.values.push_back(vocabulary.put(value));
    return numbers;
  });
  node.give(std::move(result));
}

/// Numbers to numbers; or to text, which then is a label for each row.
void give_rows(NodeContext& node, const Encoding& table, const Rows& x) {
  check_keys(node, table, x.type);
  const std::vector<double> keys = exact_numbers(node, table.keys);
  if (!table.values.is_text()) {
    const std::vector<double> values = exact_numbers(node, table.values);
    const graph::Register block =
        node.add(graph::Translate{x.block, keys, values, exact_numbers(node, table.otherwise).front()});
    return node.give(Rows{.block = block, .width = x.width, .type = table.values.type, .flat = x.flat});
  }
  if (x.width != 1) node.refuse("turns several numbers a row into text");
  std::map<std::string_view, double> numbers;
  Labels labels{.index = {}, .names = {}, .type = DataType::string};
  labels.flat = x.flat;
  const auto number = [&](const std::string& text) {
    const auto [entry, fresh] = numbers.emplace(text, static_cast<double>(labels.names.size()));
    if (fresh) labels.names.emplace_back(text);
    return entry->second;
  };
  std::vector<double> values;
  for (const std::string& text : table.values.texts()) values.push_back(number(text));
  labels.index = node.add(graph::Translate{x.block, keys, values, number(table.otherwise.texts().front())});
  node.give(std::move(labels));
}

}  // namespace

void give_encoded(NodeContext& node, const Encoding& table) {
  if (node.is_constant(0)) {
    const Tensor list = node.constant(0);
    if (list.is_text() != table.keys.is_text()) check_keys(node, table, list.type);
    return node.give(values_at(table, positions(node, table.keys, list), list.shape));
  }
  if (node.is_labels(0)) return give_labels(node, table, std::get<Labels>(node.input(0)));
  if (node.is_words(0)) return give_words(node, table, node.words(0));
  const Rows& x = node.rows(0);
  if (x.choices != 0 && table.keys.type == DataType::int64) return give_labels(node, table, choices_as_labels(x));
  give_rows(node, table, x);
}

}  // namespace pelton::formats::onnx
