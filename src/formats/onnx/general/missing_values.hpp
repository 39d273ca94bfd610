#pragma once

#include <span>

#include "formats/onnx/general/known.hpp"

namespace pelton::formats::onnx {

/// Fills Known::features of a node's outputs, where it hands columns of the request on as they are. `inputs` are null
/// where left out.
void trace_features(const NodeProto& node, std::span<const Known* const> inputs, std::span<Known> outputs);

/// The features that a node does something about where they are missing: it asks which are NaN, or puts something in
/// the place of NaN. Null: none.
FeatureList handled_missing(const NodeProto& node, std::span<const Known* const> inputs);

}  // namespace pelton::formats::onnx
