#pragma once

#include <memory>

#include "core/result.hpp"
#include "formats/onnx/graph_inputs.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/onnx/refusals.hpp"
#include "formats/options.hpp"
#include "model/model.hpp"

namespace pelton::formats::onnx {

/// Compiles a graph over tensors of any rank and type: what the compiler of columns (compiler.hpp) does
/// not express. Slower a row, but complete: what is refused here (all of it told, by node) Pelton does
/// not carry out.
///
/// The graph is tried out with made-up rows while it is compiled, which tells the shapes of its values,
/// and whether it keeps rows apart (tensor::RowAxis). Where it does not, the model scores row by row.
core::Result<std::unique_ptr<const model::Model>> compile_general(const ModelProto& model, const Opsets& opsets,
                                                                  GraphInputs inputs, const Limits& limits);

}  // namespace pelton::formats::onnx
