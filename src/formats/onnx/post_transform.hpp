#pragma once

#include "formats/onnx/node_context.hpp"
#include "graph/specs.hpp"

namespace pelton::formats::onnx {

/// The post_transform attribute of a model of ai.onnx.ml.
graph::PostTransform post_transform(const NodeContext& node);

}  // namespace pelton::formats::onnx
