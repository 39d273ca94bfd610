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

/// An attribute of a node to be written.
struct Attribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
               std::vector<std::string>, TensorAttribute>
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

/// Writes an ONNX model of [rows, width] tensors, part by part. Constants go to raw_data. The same
/// calls give the same bytes: no dates, no machine names.
class GraphWriter {
 public:
  explicit GraphWriter(std::string_view name);

  /// A graph input or output [rows, width], the rows left open.
  void input(std::string_view name, DataType type, std::size_t width);
  void output(std::string_view name, DataType type, std::size_t width);
  /// A constant; `values.size()` is the product of `shape`.
  void constant(std::string_view name, std::vector<std::int64_t> shape, std::span<const double> values);
  void constant(std::string_view name, std::vector<std::int64_t> shape, std::span<const std::int64_t> values);
  void node(const Node& node);
  void metadata(std::string_view key, std::string_view value);

  /// The whole file, importing `opset` of ai.onnx and, unless 0, `ml_opset` of ai.onnx.ml.
  std::string finish(std::int64_t opset, std::int64_t ml_opset = 0);

 private:
  WireWriter graph_;
  WireWriter metadata_;
};

}  // namespace pelton::formats::onnx
