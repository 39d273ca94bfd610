#pragma once

#include <vector>

#include "formats/onnx/node_context.hpp"

namespace pelton::formats::onnx {

/// A table from values to values: what LabelEncoder and CategoryMapper look up. Of equal keys the
/// first counts; NaN equals NaN.
struct Encoding {
  Tensor keys;
  Tensor values;     ///< one a key
  Tensor otherwise;  ///< one value, of the type of `values`: for what is no key
};

/// Gives the node's first input with every value looked up: a constant or labels at load; text of the
/// request and numbers by steps over the rows. Refuses an input of another type than the keys.
void give_encoded(NodeContext& node, const Encoding& table);

}  // namespace pelton::formats::onnx
