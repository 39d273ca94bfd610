#include "formats/onnx/proto_reader.hpp"

#include <bit>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <type_traits>

#include "core/printable.hpp"
#include "formats/onnx/wire.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

/// Walks one file. Every function gives false after writing down what is wrong; the callers on the
/// way out add where.
class Reader {
 public:
  explicit Reader(const Limits& limits) : limits_(limits) {}

  bool model(std::string_view bytes, ModelProto& model);
  bool tensor(std::string_view bytes, TensorProto& tensor);
  Error take_failure() { return std::move(*failure_); }

 private:
  template <class OnField>
  bool message(std::string_view bytes, const char* what, OnField&& on_field);

  bool graph(std::string_view bytes, GraphProto& graph);
  bool function(std::string_view bytes, FunctionProto& function);
  bool node(std::string_view bytes, NodeProto& node);
  bool attribute(std::string_view bytes, AttributeProto& attribute);
  bool value_info(std::string_view bytes, ValueInfoProto& info);
  bool type(std::string_view bytes, TypeProto& type);
  bool tensor_type(std::string_view bytes, TypeProto& type);
  bool sequence_type(std::string_view bytes, TypeProto& type);
  bool map_type(std::string_view bytes, TypeProto& type);
  bool shape(std::string_view bytes, std::vector<Dimension>& shape);
  bool entry(std::string_view bytes, StringStringEntryProto& entry);
  bool opset(std::string_view bytes, OperatorSetIdProto& opset);

  bool text(const WireField& field, std::string_view& out) {
    return is(field, WireType::bytes) && (out = field.payload, true);
  }
  bool texts(const WireField& field, std::vector<std::string_view>& out);
  bool integer(const WireField& field, std::int64_t& out);
  template <class Enum>
  bool enumerator(const WireField& field, Enum& out);
  bool integers(const WireField& field, std::vector<std::int64_t>& out);
  bool floats(const WireField& field, std::vector<float>& out);
  bool float_run(std::string_view run, std::vector<float>& out);
  bool encoded(const WireField& field, WireType type, EncodedValues& out);
  template <class Part>
  bool part(const WireField& field, std::vector<Part>& parts, bool (Reader::*read)(std::string_view, Part&));

  bool is(const WireField& field, WireType type);
  bool count(std::size_t& used, std::size_t limit, const char* what);
  bool fail(ErrorCode code, std::string message);
  bool within(const std::string& place);

  const Limits& limits_;
  std::size_t messages_ = 0;
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
  std::optional<Error> failure_;
};

bool Reader::fail(ErrorCode code, std::string message) {
  failure_ = Error(code, std::move(message));
  return false;
}

bool Reader::within(const std::string& place) {
  failure_ = failure_->within(place);
  return false;
}

bool Reader::is(const WireField& field, WireType type) {
  if (field.type == type) return true;
  return fail(ErrorCode::malformed, "field " + std::to_string(field.number) + " is encoded as another type");
}

bool Reader::count(std::size_t& used, std::size_t limit, const char* what) {
  if (++used <= limit) return true;
  return fail(ErrorCode::too_large, "more than " + std::to_string(limit) + " " + what);
}

template <class OnField>
bool Reader::message(std::string_view bytes, const char* what, OnField&& on_field) {
  if (!count(messages_, limits_.messages, "parts")) return false;
  if (depth_ == limits_.depth) return fail(ErrorCode::too_large, std::string(what) + ": nested too deeply");
  ++depth_;
  WireReader reader(bytes);
  WireField field;
  bool good = true;
  while (good && reader.next(field)) {
    if constexpr (std::is_invocable_v<OnField, const WireField&, WireReader&>) {
      good = on_field(field, reader);
    } else {
      good = on_field(field);
    }
  }
  --depth_;
  if (!good) return false;
  if (!reader.malformed()) return true;
  return fail(ErrorCode::malformed, std::string(what) + " breaks off or is not encoded rightly at byte " +
                                        std::to_string(reader.position()) + " of its " + std::to_string(bytes.size()));
}

bool Reader::texts(const WireField& field, std::vector<std::string_view>& out) {
  std::string_view value;
  return text(field, value) && (out.push_back(value), true);
}

bool Reader::integer(const WireField& field, std::int64_t& out) {
  return is(field, WireType::varint) && (out = static_cast<std::int64_t>(field.value), true);
}

template <class Enum>
bool Reader::enumerator(const WireField& field, Enum& out) {
  return is(field, WireType::varint) && (out = static_cast<Enum>(static_cast<std::int32_t>(field.value)), true);
}

bool Reader::integers(const WireField& field, std::vector<std::int64_t>& out) {
  if (field.type != WireType::bytes && !is(field, WireType::varint)) return false;
  core::ByteReader reader(field.payload);
  std::uint64_t value = 0;
  while (!reader.done()) {
    if (!reader.read_varint(value)) return fail(ErrorCode::malformed, "a list of integers breaks off");
    out.push_back(static_cast<std::int64_t>(value));
  }
  return true;
}

bool Reader::floats(const WireField& field, std::vector<float>& out) {
  if (field.type != WireType::bytes && !is(field, WireType::fixed32)) return false;
  core::ByteReader reader(field.payload);
  float value = 0;
  while (reader.read(value)) out.push_back(value);
  return reader.done() || fail(ErrorCode::malformed, "a list of floats breaks off");
}

/// Support vectors and tree thresholds come by the million, each with a tag: read them in one go.
bool Reader::float_run(std::string_view run, std::vector<float>& out) {
  constexpr std::size_t kStride = 1 + sizeof(float);
  const std::size_t before = out.size();
  out.resize(before + run.size() / kStride);
  for (std::size_t i = before; i < out.size(); ++i, run.remove_prefix(kStride)) {
    std::memcpy(&out[i], run.data() + 1, sizeof(float));
  }
  return true;
}

bool Reader::encoded(const WireField& field, WireType type, EncodedValues& out) {
  if (field.type != WireType::bytes && !is(field, type)) return false;
  // Values written one by one lie apart, with a tag between them: each is a piece of its own.
  out.push_back(field.payload);
  return true;
}

template <class Part>
bool Reader::part(const WireField& field, std::vector<Part>& parts, bool (Reader::*read)(std::string_view, Part&)) {
  if (!is(field, WireType::bytes)) return false;
  parts.emplace_back();
  return (this->*read)(field.payload, parts.back());
}

bool Reader::entry(std::string_view bytes, StringStringEntryProto& entry) {
  return message(bytes, "metadata", [&](const WireField& field) {
    switch (field.number) {
      case 1: return text(field, entry.key);
      case 2: return text(field, entry.value);
      default: return true;
    }
  });
}

bool Reader::opset(std::string_view bytes, OperatorSetIdProto& opset) {
  return message(bytes, "opset_import", [&](const WireField& field) {
    switch (field.number) {
      case 1: return text(field, opset.domain);
      case 2: return integer(field, opset.version);
      default: return true;
    }
  });
}

bool Reader::shape(std::string_view bytes, std::vector<Dimension>& shape) {
  return message(bytes, "shape", [&](const WireField& field) {
    if (field.number != 1) return true;
    if (!is(field, WireType::bytes)) return false;
    Dimension& dimension = shape.emplace_back();
    return message(field.payload, "dimension", [&](const WireField& inner) {
      std::int64_t value = 0;
      switch (inner.number) {
        case 1: return integer(inner, value) && (dimension.value = value, true);
        case 2: return text(inner, dimension.param);
        default: return true;
      }
    });
  });
}

bool Reader::tensor_type(std::string_view bytes, TypeProto& type) {
  return message(bytes, "tensor type", [&](const WireField& field) {
    switch (field.number) {
      case 1: return enumerator(field, type.elem_type);
      case 2: return is(field, WireType::bytes) && shape(field.payload, type.shape.emplace());
      default: return true;
    }
  });
}

bool Reader::map_type(std::string_view bytes, TypeProto& type) {
  TypeProto value;
  const bool good = message(bytes, "map type", [&](const WireField& field) {
    switch (field.number) {
      case 1: return enumerator(field, type.key_type);
      case 2: return is(field, WireType::bytes) && this->type(field.payload, value);
      default: return true;
    }
  });
  if (value.kind == TypeProto::Kind::tensor) type.elem_type = value.elem_type;
  return good;
}

bool Reader::sequence_type(std::string_view bytes, TypeProto& type) {
  return message(bytes, "sequence type", [&](const WireField& field) {
    if (field.number != 1) return true;
    if (!is(field, WireType::bytes)) return false;
    return message(field.payload, "element type", [&](const WireField& inner) {
      if (inner.number == 1) {
        type.kind = TypeProto::Kind::sequence_of_tensors;
        return is(inner, WireType::bytes) && tensor_type(inner.payload, type);
      }
      if (inner.number != 5) return true;
      type.kind = TypeProto::Kind::sequence_of_maps;
      return is(inner, WireType::bytes) && map_type(inner.payload, type);
    });
  });
}

bool Reader::type(std::string_view bytes, TypeProto& type) {
  return message(bytes, "type", [&](const WireField& field) {
    switch (field.number) {
      case 1:
        type.kind = TypeProto::Kind::tensor;
        return is(field, WireType::bytes) && tensor_type(field.payload, type);
      case 4:
        type.kind = TypeProto::Kind::other;
        return is(field, WireType::bytes) && sequence_type(field.payload, type);
      case 5: type.kind = TypeProto::Kind::map; return is(field, WireType::bytes) && map_type(field.payload, type);
      case 7:
      case 8:
      case 9: type.kind = TypeProto::Kind::other; return true;
      default: return true;
    }
  });
}

bool Reader::value_info(std::string_view bytes, ValueInfoProto& info) {
  return message(bytes, "value info", [&](const WireField& field) {
    switch (field.number) {
      case 1: return text(field, info.name);
      case 2: return is(field, WireType::bytes) && type(field.payload, info.type);
      default: return true;
    }
  });
}

bool Reader::tensor(std::string_view bytes, TensorProto& tensor) {
  const bool good = message(bytes, "tensor", [&](const WireField& field) {
    std::int64_t location = 0;
    std::string_view raw;
    switch (field.number) {
      case 1: return integers(field, tensor.dims);
      case 2: return enumerator(field, tensor.data_type);
      case 4: return encoded(field, WireType::fixed32, tensor.float_data);
      case 5: return encoded(field, WireType::varint, tensor.int32_data);
      case 6: return texts(field, tensor.string_data);
      case 7: return encoded(field, WireType::varint, tensor.int64_data);
      case 8: return text(field, tensor.name);
      case 9: return text(field, raw) && (tensor.raw_data = raw, true);
      case 10: return encoded(field, WireType::fixed64, tensor.double_data);
      case 11: return encoded(field, WireType::varint, tensor.uint64_data);
      case 13: tensor.external = true; return part(field, tensor.external_data, &Reader::entry);
      case 14: return integer(field, location) && (tensor.external = tensor.external || location != 0, true);
      default: return true;
    }
  });
  return good || within("tensor \"" + core::printable(tensor.name) + "\"");
}

bool Reader::attribute(std::string_view bytes, AttributeProto& attribute) {
  const bool good = message(bytes, "attribute", [&](const WireField& field, WireReader& reader) {
    switch (field.number) {
      case 1: return text(field, attribute.name);
      case 2:
        if (!is(field, WireType::fixed32)) return false;
        attribute.f = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
        return true;
      case 3: return integer(field, attribute.i);
      case 4: return text(field, attribute.s);
      case 5: return part(field, attribute.tensors, &Reader::tensor);
      case 7: return floats(field, attribute.floats) && float_run(reader.take_fixed32_run(field), attribute.floats);
      case 8: return integers(field, attribute.ints);
      case 9: return texts(field, attribute.strings);
      case 20: return enumerator(field, attribute.type);
      case 21: return text(field, attribute.ref_attr_name);
      case 6:
      case 11: return part(field, attribute.graphs, &Reader::graph);
      case 10: return part(field, attribute.tensors, &Reader::tensor);
      case 14:
      case 15:
      case 22:
      case 23: attribute.others = true; return true;
      default: return true;
    }
  });
  return good || within("attribute \"" + core::printable(attribute.name) + "\"");
}

bool Reader::node(std::string_view bytes, NodeProto& node) {
  const bool good = count(nodes_, limits_.nodes, "nodes") && message(bytes, "node", [&](const WireField& field) {
                      switch (field.number) {
                        case 1: return texts(field, node.input);
                        case 2: return texts(field, node.output);
                        case 3: return text(field, node.name);
                        case 4: return text(field, node.op_type);
                        case 5: return part(field, node.attribute, &Reader::attribute);
                        case 7: return text(field, node.domain);
                        case 8: return text(field, node.overload);
                        default: return true;
                      }
                    });
  return good || within("node \"" + core::printable(node.name) + "\" (" + core::printable(node.op_type) + ")");
}

bool Reader::graph(std::string_view bytes, GraphProto& graph) {
  return message(bytes, "graph", [&](const WireField& field) {
    switch (field.number) {
      case 1: return part(field, graph.node, &Reader::node);
      case 2: return text(field, graph.name);
      case 5: return part(field, graph.initializer, &Reader::tensor);
      case 11: return part(field, graph.input, &Reader::value_info);
      case 12: return part(field, graph.output, &Reader::value_info);
      case 15: graph.sparse_initializers = true; return true;
      default: return true;
    }
  });
}

bool Reader::function(std::string_view bytes, FunctionProto& function) {
  const bool good = message(bytes, "function", [&](const WireField& field) {
    switch (field.number) {
      case 1: return text(field, function.name);
      case 4: return texts(field, function.input);
      case 5: return texts(field, function.output);
      case 6: return texts(field, function.attribute);
      case 7: return part(field, function.node, &Reader::node);
      case 9: return part(field, function.opset_import, &Reader::opset);
      case 10: return text(field, function.domain);
      case 11: return part(field, function.attribute_proto, &Reader::attribute);
      case 13: return text(field, function.overload);
      default: return true;
    }
  });
  return good || within("function \"" + core::printable(function.name) + "\"");
}

bool Reader::model(std::string_view bytes, ModelProto& model) {
  return message(bytes, "model", [&](const WireField& field) {
    switch (field.number) {
      case 1: return integer(field, model.ir_version);
      case 2: return text(field, model.producer_name);
      case 3: return text(field, model.producer_version);
      case 7:
        if (model.graph) return fail(ErrorCode::malformed, "has two graphs");
        return is(field, WireType::bytes) && graph(field.payload, model.graph.emplace());
      case 8: return part(field, model.opset_import, &Reader::opset);
      case 14: return part(field, model.metadata_props, &Reader::entry);
      case 25: return part(field, model.functions, &Reader::function);
      default: return true;
    }
  });
}

}  // namespace

core::Result<ModelProto> read_model_proto(std::string_view bytes, const Limits& limits) {
  try {
    ModelProto model;
    Reader reader(limits);
    if (reader.model(bytes, model)) return model;
    return reader.take_failure();
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::too_large, "not enough memory to read the model");
  }
}

core::Result<TensorProto> read_tensor_proto(std::string_view bytes, const Limits& limits) {
  TensorProto tensor;
  Reader reader(limits);
  if (reader.tensor(bytes, tensor)) return tensor;
  return reader.take_failure();
}

bool looks_like_model_proto(std::string_view bytes) noexcept {
  WireReader reader(bytes);
  WireField field;
  constexpr std::uint64_t kPlausibleIrVersion = 255;
  if (!reader.next(field)) return false;
  if (field.number == 1 && field.type == WireType::varint && field.value <= kPlausibleIrVersion) return true;
  bool has_graph = false;
  do {
    has_graph = has_graph || (field.number == 7 && field.type == WireType::bytes);
  } while (reader.next(field));
  return has_graph && !reader.malformed();
}

}  // namespace pelton::formats::onnx
