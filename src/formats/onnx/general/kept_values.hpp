#pragma once

#include <cstddef>

#include "core/text_arena.hpp"
#include "tensor/graph.hpp"

namespace pelton::formats::onnx {

/// Memory that a value takes; texts, which it only points to, aside.
std::size_t bytes_of(const tensor::Value& value);

/// Copies the texts that a constant points to into `texts`: those an operation owns end with it, and one that gave a
/// constant is not kept. What is handed on many times is copied once. Throws std::bad_alloc.
void keep_texts(tensor::Value& value, core::TextArena& texts);

}  // namespace pelton::formats::onnx
