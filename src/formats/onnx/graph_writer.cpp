#include "formats/onnx/graph_writer.hpp"

#include <array>
#include <bit>
#include <cassert>

namespace pelton::formats::onnx {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

/// IR version 8 is the first whose files carry everything written here, and what runtimes of 2022
/// and later read.
constexpr std::int64_t kIrVersion = 8;

constexpr std::int64_t kOpen = -1;

/// A ValueInfoProto of a tensor.
WireWriter value_info(std::string_view name, DataType type, std::span<const std::int64_t> dims) {
  WireWriter shape;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    WireWriter dim;
    if (dims[i] == kOpen) {
      dim.text(2, i == 0 ? "rows" : "open");
    } else {
      dim.integer(1, dims[i]);
    }
    shape.message(1, dim);
  }
  WireWriter tensor;
  tensor.integer(1, static_cast<std::int64_t>(type));
  tensor.message(2, shape);
  WireWriter type_proto;
  type_proto.message(1, tensor);
  WireWriter info;
  info.text(1, name);
  info.message(2, type_proto);
  return info;
}

/// Of a [rows, width] tensor.
WireWriter value_info(std::string_view name, DataType type, std::size_t width) {
  const std::array dims{kOpen, static_cast<std::int64_t>(width)};
  return value_info(name, type, dims);
}

WireWriter tensor(std::string_view name, const std::vector<std::int64_t>& shape, DataType type, std::string_view raw) {
  WireWriter proto;
  for (const std::int64_t dim : shape) proto.integer(1, dim);
  proto.integer(2, static_cast<std::int64_t>(type));
  proto.text(8, name);
  proto.text(9, raw);
  return proto;
}

WireWriter tensor(std::string_view name, const RawTensor& raw) {
  if (raw.type != DataType::string) return tensor(name, raw.shape, raw.type, raw.raw);
  WireWriter proto;
  for (const std::int64_t dim : raw.shape) proto.integer(1, dim);
  proto.integer(2, static_cast<std::int64_t>(raw.type));
  for (const std::string& text : raw.texts) proto.text(6, text);
  proto.text(8, name);
  return proto;
}

template <class T>
std::string_view raw_bytes(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <class T>
std::string raw_as(const std::vector<double>& values) {
  std::vector<T> narrow;
  narrow.reserve(values.size());
  for (const double value : values) narrow.push_back(static_cast<T>(value));
  return std::string(raw_bytes(std::span<const T>(narrow)));
}

/// Fills the fields of an AttributeProto that belong to a value's type.
struct WriteValue {
  WireWriter& proto;

  void operator()(std::int64_t value) {
    proto.integer(3, value);
    type(AttributeType::integer);
  }
  void operator()(float value) {
    proto.number(2, value);
    type(AttributeType::float32);
  }
  void operator()(const std::string& value) {
    proto.text(4, value);
    type(AttributeType::string);
  }
  void operator()(const std::vector<std::int64_t>& values) {
    for (const std::int64_t value : values) proto.integer(8, value);
    type(AttributeType::integers);
  }
  void operator()(const std::vector<float>& values) {
    for (const float value : values) proto.number(7, value);
    type(AttributeType::floats);
  }
  void operator()(const std::vector<std::string>& values) {
    for (const std::string& value : values) proto.text(9, value);
    type(AttributeType::strings);
  }
  void operator()(const TensorAttribute& list) {
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(list.values.size())};
    assert(list.type == DataType::float32 || list.type == DataType::float64 || list.type == DataType::uint8);
    const std::string raw = list.type == DataType::float32   ? raw_as<float>(list.values)
                            : list.type == DataType::float64 ? raw_as<double>(list.values)
                                                             : raw_as<std::uint8_t>(list.values);
    proto.message(5, tensor("", shape, list.type, raw));
    type(AttributeType::tensor);
  }
  void operator()(const RawTensor& raw) {
    proto.message(5, tensor("", raw));
    type(AttributeType::tensor);
  }
  void operator()(const WireWriter& graph) {
    proto.message(6, graph);
    type(AttributeType::graph);
  }
  void type(AttributeType type) { proto.integer(20, static_cast<std::int64_t>(type)); }
};

WireWriter opset(std::string_view domain, std::int64_t version) {
  WireWriter proto;
  proto.text(1, domain);
  proto.integer(2, version);
  return proto;
}

}  // namespace

GraphWriter::GraphWriter(std::string_view name) { graph_.text(2, name); }

void GraphWriter::input(std::string_view name, DataType type, std::size_t width) {
  graph_.message(11, value_info(name, type, width));
}

void GraphWriter::output(std::string_view name, DataType type, std::size_t width) {
  graph_.message(12, value_info(name, type, width));
}

void GraphWriter::output(std::string_view name) {
  WireWriter info;
  info.text(1, name);
  graph_.message(12, info);
}

void GraphWriter::input(std::string_view name, DataType type, std::span<const std::int64_t> dims) {
  graph_.message(11, value_info(name, type, dims));
}

void GraphWriter::output(std::string_view name, DataType type, std::span<const std::int64_t> dims) {
  graph_.message(12, value_info(name, type, dims));
}

void GraphWriter::constant(std::string_view name, std::vector<std::int64_t> shape, std::span<const double> values) {
  graph_.message(5, tensor(name, shape, DataType::float64, raw_bytes(values)));
}

void GraphWriter::constant(std::string_view name, std::vector<std::int64_t> shape,
                           std::span<const std::int64_t> values) {
  graph_.message(5, tensor(name, shape, DataType::int64, raw_bytes(values)));
}

void GraphWriter::constant(std::string_view name, const RawTensor& raw) { graph_.message(5, tensor(name, raw)); }

void GraphWriter::node(const Node& node) {
  WireWriter proto;
  for (const std::string& input : node.inputs) proto.text(1, input);
  for (const std::string& output : node.outputs) proto.text(2, output);
  proto.text(3, node.name);
  proto.text(4, node.op_type);
  for (const Attribute& attribute : node.attributes) {
    WireWriter inner;
    inner.text(1, attribute.name);
    std::visit(WriteValue{inner}, attribute.value);
    proto.message(5, inner);
  }
  if (!node.domain.empty()) proto.text(7, node.domain);
  graph_.message(1, proto);
}

void GraphWriter::metadata(std::string_view key, std::string_view value) {
  WireWriter entry;
  entry.text(1, key);
  entry.text(2, value);
  metadata_.message(14, entry);
}

std::string GraphWriter::finish(std::int64_t opset_version, std::int64_t ml_opset) {
  std::vector<OpsetImport> opsets{{"", opset_version}};
  if (ml_opset != 0) opsets.push_back({"ai.onnx.ml", ml_opset});
  return finish(opsets);
}

std::string GraphWriter::finish(std::span<const OpsetImport> opsets) {
  WireWriter model;
  model.integer(1, kIrVersion);
  model.text(2, "pelton");
  model.text(3, PELTON_VERSION);
  model.message(7, graph_);
  for (const OpsetImport& import : opsets) model.message(8, opset(import.domain, import.version));
  return model.take() + metadata_.take();
}

}  // namespace pelton::formats::onnx
