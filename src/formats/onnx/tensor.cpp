#include "formats/onnx/tensor.hpp"

#include <cassert>
#include <optional>
#include <utility>

#include "core/byte_reader.hpp"
#include "core/printable.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;

/// A 16-bit float of either kind from its bits.
template <class Half>
double from_half(std::uint16_t bits) {
  Half half;
  half.bits = bits;
  return static_cast<double>(static_cast<float>(half));
}

std::optional<std::uint64_t> element_count(const std::vector<std::int64_t>& dims) {
  std::uint64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(dim), &count)) return std::nullopt;
  }
  return count;
}

/// Values of raw_data: little-endian, fixed width.
template <class Stored, class Value, class Convert>
std::optional<std::vector<Value>> from_raw(std::string_view raw, std::uint64_t count, Convert convert) {
  if (raw.size() % sizeof(Stored) != 0 || raw.size() / sizeof(Stored) != count) return std::nullopt;
  std::vector<Value> values;
  values.reserve(count);
  core::ByteReader reader(raw);
  for (Stored stored; reader.read(stored);) values.push_back(convert(stored));
  return values;
}

/// Values of a repeated fixed-width field.
template <class Stored>
std::optional<std::vector<double>> from_fixed(const EncodedValues& encoded, std::uint64_t count) {
  std::uint64_t bytes = 0;
  for (const std::string_view piece : encoded) bytes += piece.size();
  if (bytes % sizeof(Stored) != 0 || bytes / sizeof(Stored) != count) return std::nullopt;
  std::vector<double> values;
  values.reserve(count);
  for (const std::string_view piece : encoded) {
    core::ByteReader reader(piece);
    for (Stored stored; reader.read(stored);) values.push_back(static_cast<double>(stored));
    if (!reader.done()) return std::nullopt;
  }
  return values;
}

/// Values of a repeated varint field.
template <class Value, class Convert>
std::optional<std::vector<Value>> from_varints(const EncodedValues& encoded, std::uint64_t count, Convert convert) {
  std::uint64_t bytes = 0;
  for (const std::string_view piece : encoded) bytes += piece.size();
  if (bytes < count) return std::nullopt;  // a varint takes at least a byte
  std::vector<Value> values;
  values.reserve(count);
  for (const std::string_view piece : encoded) {
    core::ByteReader reader(piece);
    for (std::uint64_t value = 0; !reader.done();) {
      if (!reader.read_varint(value) || values.size() == count) return std::nullopt;
      values.push_back(convert(value));
    }
  }
  if (values.size() != count) return std::nullopt;
  return values;
}

template <class T>
std::int64_t as_integer(T value) {
  return static_cast<std::int64_t>(value);
}

/// An integer tensor whose values are stored in `Stored` (raw) or `encoded` varints.
template <class Stored>
std::optional<std::vector<std::int64_t>> integers(const TensorProto& proto, const EncodedValues& encoded,
                                                  std::uint64_t count) {
  if (proto.raw_data) return from_raw<Stored, std::int64_t>(*proto.raw_data, count, as_integer<Stored>);
  // Narrow types travel as int32 or wider: cutting to the declared width is what protobuf readers do.
  return from_varints<std::int64_t>(encoded, count, [](std::uint64_t v) { return as_integer(static_cast<Stored>(v)); });
}

/// A tensor of 16-bit floats.
std::optional<std::vector<double>> halves(const TensorProto& proto, std::uint64_t count,
                                          double (*convert)(std::uint16_t)) {
  if (proto.raw_data) return from_raw<std::uint16_t, double>(*proto.raw_data, count, convert);
  return from_varints<double>(proto.int32_data, count,
                              [convert](std::uint64_t v) { return convert(static_cast<std::uint16_t>(v)); });
}

template <class Stored>
std::optional<std::vector<double>> floats(const TensorProto& proto, const EncodedValues& encoded, std::uint64_t count) {
  if (!proto.raw_data) return from_fixed<Stored>(encoded, count);
  return from_raw<Stored, double>(*proto.raw_data, count, [](Stored v) { return static_cast<double>(v); });
}

template <class Values>
bool store(std::optional<Values> values, Tensor& tensor) {
  if (!values) return false;
  tensor.values = std::move(*values);
  return true;
}

/// Fills `tensor.values`; false where there are not exactly `count` of them. `known` is set to
/// false for element types that are not read.
bool decode(const TensorProto& proto, std::uint64_t count, Tensor& tensor, bool& known) {
  switch (proto.data_type) {
    case DataType::float32: return store(floats<float>(proto, proto.float_data, count), tensor);
    case DataType::float64: return store(floats<double>(proto, proto.double_data, count), tensor);
    case DataType::float16: return store(halves(proto, count, from_half<tensor::Float16>), tensor);
    case DataType::bfloat16: return store(halves(proto, count, from_half<tensor::BFloat16>), tensor);
    case DataType::int64: return store(integers<std::int64_t>(proto, proto.int64_data, count), tensor);
    case DataType::int32: return store(integers<std::int32_t>(proto, proto.int32_data, count), tensor);
    case DataType::int16: return store(integers<std::int16_t>(proto, proto.int32_data, count), tensor);
    case DataType::int8: return store(integers<std::int8_t>(proto, proto.int32_data, count), tensor);
    case DataType::uint16: return store(integers<std::uint16_t>(proto, proto.int32_data, count), tensor);
    case DataType::uint8: return store(integers<std::uint8_t>(proto, proto.int32_data, count), tensor);
    case DataType::uint32: return store(integers<std::uint32_t>(proto, proto.uint64_data, count), tensor);
    case DataType::uint64: return store(integers<std::uint64_t>(proto, proto.uint64_data, count), tensor);
    case DataType::boolean: {
      if (!store(integers<std::uint8_t>(proto, proto.int32_data, count), tensor)) return false;
      for (std::int64_t& value : std::get<1>(tensor.values)) value = value != 0 ? 1 : 0;
      return true;
    }
    case DataType::string:
      if (proto.string_data.size() != count) return false;
      tensor.values = std::vector<std::string>(proto.string_data.begin(), proto.string_data.end());
      return true;
    default: known = false; return false;
  }
}

}  // namespace

std::size_t Tensor::size() const noexcept {
  return std::visit([](const auto& list) { return list.size(); }, values);
}

std::vector<double> Tensor::numbers() && {
  if (std::vector<double>* list = std::get_if<0>(&values)) return std::move(*list);
  return std::as_const(*this).numbers();
}

std::vector<double> Tensor::numbers() const& {
  assert(!is_text());
  if (!is_integer()) return std::get<0>(values);
  const std::vector<std::int64_t>& list = integers();
  return {list.begin(), list.end()};
}

core::Result<Tensor> decode_tensor(const TensorProto& proto) {
  const std::string place = "tensor \"" + core::printable(proto.name) + "\"";
  if (proto.external) {
    return Error(ErrorCode::unsupported,
                 place + " keeps its data in another file; save the model with all of its data in one file");
  }
  const std::optional<std::uint64_t> count = element_count(proto.dims);
  if (!count) return Error(ErrorCode::malformed, place + " has a shape that no tensor can have");
  Tensor tensor{proto.data_type, proto.dims, {}};
  bool known = true;
  if (decode(proto, *count, tensor, known)) return tensor;
  if (!known) {
    return Error(ErrorCode::unsupported, place + " is of type " + std::string(to_string(proto.data_type)) + " (" +
                                             std::to_string(static_cast<int>(proto.data_type)) + ")");
  }
  return Error(ErrorCode::malformed,
               place + " does not hold the " + std::to_string(*count) + " values that its shape asks for");
}

}  // namespace pelton::formats::onnx
