#pragma once

#include "core/result.hpp"
#include "core/text_arena.hpp"
#include "formats/onnx/tensor.hpp"
#include "tensor/tensor.hpp"

namespace pelton::formats::onnx {

/// A decoded constant as a tensor of its own type; texts are copied into `texts`, which must outlive it.
/// too_large for a shape no tensor may have.
core::Result<tensor::Tensor> to_tensor(const Tensor& constant, core::TextArena& texts);

}  // namespace pelton::formats::onnx
