#pragma once

#include <array>
#include <optional>

#include "formats/onnx/graph_inputs.hpp"
#include "formats/onnx/proto.hpp"
#include "model/model.hpp"

namespace pelton::formats::onnx {

/// What kind of model a graph is, by its operators and answers, and what it consists of. `layers` is
/// the largest number of matrix products one after the other.
model::Description describe(const ModelProto& model, const GraphInputs& inputs, std::size_t layers,
                            const std::array<std::optional<model::OutputSpec>, model::kMethodCount>& outputs,
                            bool classifies);

}  // namespace pelton::formats::onnx
