#include "formats/onnx/proto.hpp"

namespace pelton::formats::onnx {

std::string_view to_string(DataType type) noexcept {
  switch (type) {
    case DataType::undefined: return "undefined";
    case DataType::float32: return "float";
    case DataType::uint8: return "uint8";
    case DataType::int8: return "int8";
    case DataType::uint16: return "uint16";
    case DataType::int16: return "int16";
    case DataType::int32: return "int32";
    case DataType::int64: return "int64";
    case DataType::string: return "string";
    case DataType::boolean: return "bool";
    case DataType::float16: return "float16";
    case DataType::float64: return "double";
    case DataType::uint32: return "uint32";
    case DataType::uint64: return "uint64";
    case DataType::bfloat16: return "bfloat16";
  }
  return "an element type of another kind";
}

}  // namespace pelton::formats::onnx
