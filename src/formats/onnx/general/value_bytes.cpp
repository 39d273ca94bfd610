#include "formats/onnx/general/value_bytes.hpp"

namespace pelton::formats::onnx {

std::size_t bytes_of(const tensor::Value& value) {
  std::size_t bytes = value.tensor.bytes();
  for (std::size_t i = 0; i < value.length; ++i) bytes += value.sequence[i].bytes() + sizeof(tensor::Tensor);
  return bytes;
}

}  // namespace pelton::formats::onnx
