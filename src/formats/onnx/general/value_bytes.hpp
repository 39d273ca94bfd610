#pragma once

#include <cstddef>

#include "tensor/graph.hpp"

namespace pelton::formats::onnx {

/// Memory that a value takes; texts, which it only points to, aside.
std::size_t bytes_of(const tensor::Value& value);

}  // namespace pelton::formats::onnx
