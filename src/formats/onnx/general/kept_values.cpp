#include "formats/onnx/general/kept_values.hpp"

#include <string_view>
#include <unordered_map>

namespace pelton::formats::onnx {
namespace {

void keep_texts(tensor::Tensor& tensor, core::TextArena& texts) {
  if (tensor.type() != tensor::DataType::string) return;
  std::unordered_map<const char*, std::string_view> kept;  // by where they were
  for (std::string_view& text : tensor.values<std::string_view>()) {
    std::string_view& copy = kept[text.data()];
    if (copy.size() != text.size()) copy = texts.keep(text);
    text = copy;
  }
}

}  // namespace

std::size_t bytes_of(const tensor::Value& value) {
  std::size_t bytes = value.tensor.bytes();
  for (std::size_t i = 0; i < value.length; ++i) bytes += value.sequence[i].bytes() + sizeof(tensor::Tensor);
  return bytes;
}

void keep_texts(tensor::Value& value, core::TextArena& texts) {
  keep_texts(value.tensor, texts);
  for (std::size_t i = 0; i < value.length; ++i) keep_texts(value.sequence[i], texts);
}

}  // namespace pelton::formats::onnx
