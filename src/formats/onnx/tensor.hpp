#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "formats/onnx/proto.hpp"

namespace pelton::formats::onnx {

/// A constant of a graph, decoded: its shape, and its values row by row in the type that holds all
/// of them exactly.
///
/// Floats of every width (float16 and bfloat16 too) are doubles; integers and bool are int64 (uint64 the
/// same bits).
struct Tensor {
  DataType type = DataType::undefined;  ///< as the file declares it
  std::vector<std::int64_t> shape;
  std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> values;

  /// Number of values (1 for a scalar, whose shape is empty).
  std::size_t size() const noexcept;
  bool is_text() const noexcept { return values.index() == 2; }
  bool is_integer() const noexcept { return values.index() == 1; }
  /// The values as doubles. Integers beyond 2^53 are rounded. Not for text (asserted).
  std::vector<double> numbers() const&;
  std::vector<double> numbers() &&;
  /// The values as integers. For integer tensors only (asserted).
  const std::vector<std::int64_t>& integers() const { return std::get<1>(values); }
  const std::vector<std::string>& texts() const { return std::get<2>(values); }
};

/// Decodes a tensor. The number of elements its shape asks for is held against the bytes that are
/// there before anything is allocated. unsupported for element types Pelton has no use for and for
/// data outside of the file; malformed where shape and data disagree.
core::Result<Tensor> decode_tensor(const TensorProto& proto);

}  // namespace pelton::formats::onnx
