#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tensor/data_type.hpp"

/// The messages of onnx.proto that Pelton reads, as views into the file's bytes. Field names are
/// the schema's (github.com/onnx/onnx, onnx/onnx-ml.proto, IR version 14).
namespace pelton::formats::onnx {

using tensor::DataType;
using tensor::is_floating;
using tensor::to_string;

/// A repeated scalar field: encoded values, back to back, in as many pieces as the file has them
/// (one, when it was written packed in one go).
using EncodedValues = std::vector<std::string_view>;

struct StringStringEntryProto {
  std::string_view key;
  std::string_view value;
};

struct TensorProto {
  std::string_view name;
  DataType data_type = DataType::undefined;
  std::vector<std::int64_t> dims;
  std::optional<std::string_view> raw_data;
  EncodedValues float_data;  ///< float32
  EncodedValues int32_data;  ///< int32 and everything narrower, float16 and bfloat16 as their bits
  EncodedValues int64_data;
  EncodedValues double_data;
  EncodedValues uint64_data;  ///< uint32 and uint64
  std::vector<std::string_view> string_data;
  std::vector<StringStringEntryProto> external_data;
  bool external = false;  ///< data_location is EXTERNAL, or external_data is there; false once raw_data has it
};

/// AttributeProto.AttributeType.
enum class AttributeType : std::int32_t {
  undefined = 0,
  float32 = 1,
  integer = 2,
  string = 3,
  tensor = 4,
  graph = 5,
  floats = 6,
  integers = 7,
  strings = 8,
  tensors = 9,
  graphs = 10,
};

struct GraphProto;

struct AttributeProto {
  std::string_view name;
  std::string_view ref_attr_name;
  AttributeType type = AttributeType::undefined;
  float f = 0;
  std::int64_t i = 0;
  std::string_view s;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
  std::vector<std::string_view> strings;
  std::vector<TensorProto> tensors;  ///< t, and tensors
  std::vector<GraphProto> graphs;    ///< g, and graphs
  bool others = false;               ///< holds sparse tensors or types, which are not read
};

struct NodeProto {
  std::string_view name;
  std::string_view op_type;
  std::string_view domain;
  std::string_view overload;
  std::vector<std::string_view> input;
  std::vector<std::string_view> output;
  std::vector<AttributeProto> attribute;
  /// Version of the node's operator set, where it came out of a function's body; 0: what the model imports.
  std::int64_t opset = 0;
  /// What the file calls the operator, where another has been put in its place; else empty.
  std::string_view written_as;
};

/// One dimension of a shape: a number, a name, or neither.
struct Dimension {
  std::optional<std::int64_t> value;
  std::string_view param;
};

/// What a graph says of a value. Of nested types only as much as models use: sequences of tensors, maps from
/// key to value, and sequences of those.
struct TypeProto {
  enum class Kind : std::uint8_t { none, tensor, sequence_of_tensors, map, sequence_of_maps, other };
  Kind kind = Kind::none;
  DataType elem_type = DataType::undefined;  ///< of the tensor (or tensors), or of the maps' values
  DataType key_type = DataType::undefined;   ///< of the maps
  std::optional<std::vector<Dimension>> shape;
};

struct ValueInfoProto {
  std::string_view name;
  TypeProto type;
  /// What the columns of an input are called that the file has as a map: its keys. Else empty.
  std::vector<std::string_view> columns = {};
};

struct GraphProto {
  std::string_view name;
  std::vector<NodeProto> node;
  std::vector<TensorProto> initializer;
  std::vector<ValueInfoProto> input;
  std::vector<ValueInfoProto> output;
  bool sparse_initializers = false;
};

struct OperatorSetIdProto {
  std::string_view domain;
  std::int64_t version = 0;
};

/// An operator that the file itself defines, by a graph without types.
struct FunctionProto {
  std::string_view name;
  std::string_view domain;
  std::string_view overload;
  std::vector<std::string_view> input;
  std::vector<std::string_view> output;
  std::vector<std::string_view> attribute;      ///< parameters without a default
  std::vector<AttributeProto> attribute_proto;  ///< parameters, each with its default
  std::vector<NodeProto> node;
  std::vector<OperatorSetIdProto> opset_import;
};

struct ModelProto {
  std::int64_t ir_version = 0;
  std::string_view producer_name;
  std::string_view producer_version;
  std::vector<OperatorSetIdProto> opset_import;
  std::vector<StringStringEntryProto> metadata_props;
  std::optional<GraphProto> graph;
  std::vector<FunctionProto> functions;
};

}  // namespace pelton::formats::onnx
