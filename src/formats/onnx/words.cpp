#include "formats/onnx/words.hpp"

#include <algorithm>

namespace pelton::formats::onnx {
namespace {

/// A constant as one text for every column, or one a column of `width`.
std::vector<std::string> line_of_texts(const NodeContext& node, std::size_t input, std::size_t width, bool flat) {
  Tensor tensor = node.constant(input);
  if (!tensor.is_text()) node.malformed("takes text and " + std::string(to_string(tensor.type)) + " together");
  const std::size_t rank = flat ? 1 : 2;
  const std::size_t count = tensor.size();
  const bool one_line = tensor.shape.empty() || static_cast<std::uint64_t>(tensor.shape.back()) == count;
  if (count == 0 || !one_line || tensor.shape.size() > rank || (count != 1 && (flat || count != width))) {
    node.refuse("takes texts that are not one line for every row");
  }
  return std::move(std::get<std::vector<std::string>>(tensor.values));
}

const std::string& at(const std::vector<std::string>& texts, std::size_t column) {
  return texts[texts.size() == 1 ? 0 : column];
}

/// The constant side of a Where as numbers in the vocabularies of the other side's columns.
std::vector<double> numbers_in(NodeContext& node, std::size_t input, const Words& other) {
  const std::vector<std::string> texts = line_of_texts(node, input, other.width(), other.flat);
  std::vector<double> numbers;
  for (std::size_t c = 0; c < other.width(); ++c) numbers.push_back(other.columns[c]->put(at(texts, c)));
  return numbers;
}

}  // namespace

Rows equal_texts(NodeContext& node) {
  const std::size_t side = node.is_words(0) ? 0 : 1;
  if (node.is_words(1 - side)) node.refuse("compares two texts of the request");
  const Words& x = node.words(side);
  const std::vector<std::string> texts = line_of_texts(node, 1 - side, x.width(), x.flat);
  std::size_t column = 0;
  const graph::Register block = translated(node, x, [&](Vocabulary& vocabulary) {
    return Translation{{vocabulary.compared(at(texts, column++))}, {1}, 0};
  });
  return {.block = block, .width = x.width(), .type = DataType::boolean, .flat = x.flat, .positive = true};
}

Words where_texts(NodeContext& node) {
  const Rows& condition = node.rows(0);
  if (condition.type != DataType::boolean) node.malformed("input 0 is not bool");
  const bool both = node.is_words(1) && node.is_words(2);
  const Words& x = node.words(node.is_words(1) ? 1 : 2);
  if (both && node.words(1).columns != node.words(2).columns) {
    node.refuse("chooses between texts of different features");
  }
  if (condition.flat != x.flat || (both && node.words(2).flat != x.flat)) {
    node.refuse("takes [rows] and [rows, width] together, which mixes rows");
  }
  if (condition.width != 1 && condition.width != x.width()) node.malformed("inputs of different widths");
  const auto side = [&](std::size_t input) {
    return node.is_words(input) ? graph::Operand(node.words(input).block) : graph::Operand(numbers_in(node, input, x));
  };
  Words result = x;
  result.block = node.add(graph::Where{condition.block, side(1), side(2)});
  return result;
}

}  // namespace pelton::formats::onnx
