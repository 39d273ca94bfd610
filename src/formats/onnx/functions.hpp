#pragma once

#include "core/result.hpp"
#include "core/text_arena.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/onnx/refusals.hpp"
#include "formats/options.hpp"

namespace pelton::formats::onnx {

/// Puts the bodies of a model's functions in the place of their calls, in its graph and the graphs within it, until
/// nothing calls one. Bodies keep their meaning: they read nothing but their inputs (values are renamed, with names
/// that lie in `texts`, which must outlive the model), attributes that refer to the function's are those of the call
/// or its default (left out where there is neither, as ONNX's own inliner does), and every node keeps the version of
/// its operator set that the function imports (NodeProto::opset).
///
/// Source: onnx/onnx, docs/IR.md, "Functions". `opsets` are what the model imports.
///
/// malformed: two functions of one name, one that calls itself, a body that reads what nothing gives or an attribute
/// that is no parameter, an operator set that is not imported. unsupported: a function called as an operator is (ONNX
/// leaves open which of them is meant), a graph given for a parameter. too_large: the graph would grow beyond
/// `limits`, in nodes or in what their attributes hold.
core::Result<void> inline_functions(ModelProto& model, const Opsets& opsets, const Limits& limits,
                                    core::TextArena& texts);

}  // namespace pelton::formats::onnx
