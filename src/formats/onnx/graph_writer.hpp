#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/onnx/proto.hpp"
#include "formats/onnx/wire_writer.hpp"

namespace pelton::formats::onnx {

/// A list of numbers to be written as a tensor of one dimension.
struct TensorAttribute {
  DataType type = DataType::float64;  ///< float32, float64 or uint8, each value exact in it
  std::vector<double> values;
};

/// Any tensor at all, as it is to be written: nothing of it is checked.
struct RawTensor {
  DataType type = DataType::undefined;
  std::vector<std::int64_t> shape = {};
  std::string raw = {};                 ///< elements of numbers, little-endian
  std::vector<std::string> texts = {};  ///< elements of text
};

/// An attribute of a node to be written; a WireWriter is a graph (GraphWriter::graph).
struct Attribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
               std::vector<std::string>, TensorAttribute, RawTensor, WireWriter>
      value;
};

/// A node to be written.
struct Node {
  std::string op_type;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::string name;
  std::string domain = {};
  std::vector<Attribute> attributes = {};
};

/// An operator set that a model imports.
struct OpsetImport {
  std::string domain;
  std::int64_t version = 0;
};

/// Writes an ONNX model, of [rows, width] tensors for the most part, part by part. Constants go to raw_data. The same
/// calls give the same bytes: no dates, no machine names.
class GraphWriter {
 public:
  explicit GraphWriter(std::string_view name);

  /// A graph input or output [rows, width], the rows left open.
  void input(std::string_view name, DataType type, std::size_t width);
  void output(std::string_view name, DataType type, std::size_t width);
  /// The same of any shape, dimensions of -1 left open.
  void input(std::string_view name, DataType type, std::span<const std::int64_t> dims);
  void output(std::string_view name, DataType type, std::span<const std::int64_t> dims);
  /// An output of whose type nothing is said.
  void output(std::string_view name);
  /// A constant; `values.size()` is the product of `shape`.
  void constant(std::string_view name, std::vector<std::int64_t> shape, std::span<const double> values);
  void constant(std::string_view name, std::vector<std::int64_t> shape, std::span<const std::int64_t> values);
  void constant(std::string_view name, const RawTensor& tensor);
  void node(const Node& node);
  void metadata(std::string_view key, std::string_view value);

  /// The whole file, importing `opset` of ai.onnx and, unless 0, `ml_opset` of ai.onnx.ml.
  std::string finish(std::int64_t opset, std::int64_t ml_opset = 0);
  std::string finish(std::span<const OpsetImport> opsets);
  /// What has been written so far as the body of a node of another graph.
  const WireWriter& graph() const noexcept { return graph_; }

 private:
  WireWriter graph_;
  WireWriter metadata_;
};

}  // namespace pelton::formats::onnx
