#pragma once

#include <string_view>

#include "formats/onnx/node_context.hpp"

namespace pelton::formats::onnx {

/// The class labels of a classifier or ZipMap: whichever of its two attributes is filled. Refuses
/// both and neither, labels that repeat, and text that is not UTF-8. `index` is left to the caller.
Labels class_labels(NodeContext& node, std::string_view text_attribute, std::string_view integer_attribute);

}  // namespace pelton::formats::onnx
