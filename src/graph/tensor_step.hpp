#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "graph/step.hpp"
#include "tensor/graph.hpp"

namespace pelton::graph {

/// Some columns of a row as a tensor: [rows, tail...].
struct TensorInput {
  std::size_t first = 0;  ///< column
  tensor::DataType type = tensor::DataType::undefined;
  tensor::Shape tail;  ///< dimensions after the rows; as many columns as it has elements
};

/// A graph over tensors as a step over rows.
struct TensorStepSpec {
  std::shared_ptr<const tensor::Graph> graph;  ///< of one output
  std::vector<TensorInput> inputs;
  std::size_t width = 1;  ///< elements of the output a row
  /// Where the output is one of these, the step gives its position.
  std::vector<std::variant<std::int64_t, std::string>> labels;
  bool one_by_one = false;  ///< the graph does not keep rows apart
  /// What a row may take at most (RunContext::work): more, and the graph fails on it.
  std::size_t work_per_row = tensor::RunContext::kMaxWork;
  std::shared_ptr<const void> keep_alive;  ///< what the graph's texts live in
};

/// A step over the rows as they are sent: text columns hold cells of a core::TextStore. A row that the
/// graph fails on (an index beyond a table, a label that is none) gives kRefusedRow in all its columns;
/// other rows are not concerned.
std::shared_ptr<const Step> make_tensor_step(TensorStepSpec spec);

}  // namespace pelton::graph
