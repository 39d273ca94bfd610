#pragma once

#include <memory>
#include <string_view>

#include "core/result.hpp"
#include "formats/options.hpp"
#include "model/model.hpp"

namespace pelton::formats::onnx {

/// Reads an ONNX file and compiles its graph into a model.
///
/// What is not carried out exactly is refused: the error (unsupported) lists every operator,
/// attribute and shape concerned, with the node's name, not only the first. Weights are copied;
/// `bytes` may go once this returns. Tensors may keep their data in files of `options.folder` (external_data.hpp).
core::Result<std::unique_ptr<const model::Model>> read_onnx_model(std::string_view bytes, const Options& options);

}  // namespace pelton::formats::onnx
