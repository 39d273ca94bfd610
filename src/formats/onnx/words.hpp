#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "formats/onnx/node_context.hpp"

/// What operators do with text of the request: by its numbers, with tables made at load.
namespace pelton::formats::onnx {

/// A table over the numbers of a vocabulary.
struct Translation {
  std::vector<double> keys;
  std::vector<double> values;
  double otherwise = 0;
};

/// One column of some text.
inline graph::Register column_of(NodeContext& node, const Words& x, std::size_t column) {
  return node.add(graph::Select{x.block, std::array{column}});
}

/// Looks up each column in the table that `table_for(Vocabulary&)` makes for it.
template <class TableFor>
graph::Register translated(NodeContext& node, const Words& x, TableFor table_for) {
  std::vector<graph::Register> columns;
  for (std::size_t c = 0; c < x.width(); ++c) {
    const Translation table = table_for(*x.columns[c]);
    columns.push_back(node.add(graph::Translate{column_of(node, x, c), table.keys, table.values, table.otherwise}));
  }
  return columns.size() == 1 ? columns.front() : node.add(graph::Concat{columns});
}

/// 1 where text of the request is a constant text, else 0: one text for every column, or one a column.
Rows equal_texts(NodeContext& node);

/// Where over text: each of inputs 1 and 2 is text of the request or constant texts, not both constant.
Words where_texts(NodeContext& node);

}  // namespace pelton::formats::onnx
