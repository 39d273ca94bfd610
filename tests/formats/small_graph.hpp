#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/load.hpp"
#include "formats/onnx/graph_writer.hpp"

namespace pelton::formats {

/// A graph of one double input "x" [rows, width] and one output "y", put together for a test.
class SmallGraph {
 public:
  explicit SmallGraph(std::size_t width, onnx::DataType type = onnx::DataType::float64) : writer_("test") {
    writer_.input("x", type, width);
  }

  SmallGraph& node(onnx::Node node) {
    writer_.node(node);
    return *this;
  }
  /// A node x → y.
  SmallGraph& op(const std::string& op_type, std::vector<onnx::Attribute> attributes = {}, std::string domain = {}) {
    return node({op_type, {"x"}, {"y"}, "n", std::move(domain), std::move(attributes)});
  }
  SmallGraph& numbers(const std::string& name, std::vector<std::int64_t> shape, std::vector<double> values) {
    writer_.constant(name, std::move(shape), std::span<const double>(values));
    return *this;
  }
  SmallGraph& integers(const std::string& name, std::vector<std::int64_t> values) {
    writer_.constant(name, {static_cast<std::int64_t>(values.size())}, std::span<const std::int64_t>(values));
    return *this;
  }
  SmallGraph& input(const std::string& name, onnx::DataType type, std::size_t width) {
    writer_.input(name, type, width);
    return *this;
  }
  SmallGraph& output(const std::string& name, onnx::DataType type, std::size_t width) {
    writer_.output(name, type, width);
    return *this;
  }
  /// An output of whose type nothing is said.
  SmallGraph& untyped_output(const std::string& name) {
    writer_.output(name);
    return *this;
  }
  SmallGraph& metadata(const std::string& key, const std::string& value) {
    writer_.metadata(key, value);
    return *this;
  }

  std::string bytes(std::int64_t opset = 18, std::int64_t ml_opset = 3) { return writer_.finish(opset, ml_opset); }

  core::Result<LoadedModel> load(std::int64_t opset = 18, std::int64_t ml_opset = 3) {
    return read_model(bytes(opset, ml_opset), "test");
  }
  /// The message of the failure to load; "loaded" where it did.
  std::string refusal(std::int64_t opset = 18, std::int64_t ml_opset = 3) {
    const auto model = load(opset, ml_opset);
    return model ? "loaded" : model.error().message();
  }
  /// What `predict` gives for one row; empty where the graph does not load.
  std::vector<double> predict(std::vector<double> row, std::int64_t opset = 18) {
    const auto model = load(opset);
    if (!model) return {};
    std::vector<double> out((*model)->schema().output(model::Method::predict)->width);
    model::Workspace workspace;
    (*model)->score({row.data(), 1, row.size()}, model::Method::predict, {out.data(), 1, out.size()}, workspace);
    return out;
  }

 private:
  onnx::GraphWriter writer_;
};

}  // namespace pelton::formats
