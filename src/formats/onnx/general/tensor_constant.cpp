#include "formats/onnx/general/tensor_constant.hpp"

#include <algorithm>

#include "tensor/failure.hpp"

namespace pelton::formats::onnx {
namespace {

template <class T, class From>
void fill(const std::vector<From>& from, tensor::Tensor& to, const tensor::Shape& shape) {
  const std::span<T> elements = to.reset<T>(shape);
  std::transform(from.begin(), from.end(), elements.begin(), [](From value) {
    if constexpr (std::is_same_v<T, tensor::Float16> || std::is_same_v<T, tensor::BFloat16>) {
      return T(static_cast<float>(value));
    } else {
      return static_cast<T>(value);
    }
  });
}

void fill_texts(const std::vector<std::string>& from, tensor::Tensor& to, const tensor::Shape& shape,
                core::TextArena& texts) {
  const std::span<std::string_view> elements = to.reset<std::string_view>(shape);
  std::transform(from.begin(), from.end(), elements.begin(), [&](const std::string& text) { return texts.keep(text); });
}

}  // namespace

core::Result<tensor::Tensor> to_tensor(const Tensor& constant, core::TextArena& texts) {
  tensor::Tensor result;
  try {
    const tensor::Shape shape(constant.shape);
    const auto numbers = [&]() -> const std::vector<double>& { return std::get<std::vector<double>>(constant.values); };
    switch (constant.type) {
      case DataType::float32: fill<float>(numbers(), result, shape); break;
      case DataType::float64: fill<double>(numbers(), result, shape); break;
      case DataType::float16: fill<tensor::Float16>(numbers(), result, shape); break;
      case DataType::bfloat16: fill<tensor::BFloat16>(numbers(), result, shape); break;
      case DataType::boolean: fill<bool>(constant.integers(), result, shape); break;
      case DataType::int8: fill<std::int8_t>(constant.integers(), result, shape); break;
      case DataType::int16: fill<std::int16_t>(constant.integers(), result, shape); break;
      case DataType::int32: fill<std::int32_t>(constant.integers(), result, shape); break;
      case DataType::int64: fill<std::int64_t>(constant.integers(), result, shape); break;
      case DataType::uint8: fill<std::uint8_t>(constant.integers(), result, shape); break;
      case DataType::uint16: fill<std::uint16_t>(constant.integers(), result, shape); break;
      case DataType::uint32: fill<std::uint32_t>(constant.integers(), result, shape); break;
      case DataType::uint64: fill<std::uint64_t>(constant.integers(), result, shape); break;
      case DataType::string: fill_texts(constant.texts(), result, shape, texts); break;
      case DataType::undefined: break;
    }
  } catch (const tensor::Failure& failure) {
    return core::Error(core::ErrorCode::too_large, failure.what());
  }
  return result;
}

}  // namespace pelton::formats::onnx
