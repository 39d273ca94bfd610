#pragma once

#include <functional>
#include <memory>

#include "core/text_arena.hpp"
#include "formats/onnx/proto.hpp"
#include "operators/node.hpp"

namespace pelton::formats::onnx {

/// Makes a node's body (an attribute that is a graph) something an operator can have compiled.
using SubgraphMaker = std::function<std::shared_ptr<const operators::Subgraph>(const GraphProto&)>;

/// Reads a node's attributes for an operator. `node` and `texts` (which holds the texts of tensors) must
/// outlive it.
operators::AttributeReader attribute_reader(const NodeProto& node, core::TextArena& texts, SubgraphMaker subgraph);

}  // namespace pelton::formats::onnx
