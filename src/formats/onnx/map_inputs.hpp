#pragma once

#include "core/result.hpp"
#include "core/text_arena.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/options.hpp"

namespace pelton::formats::onnx {

/// Makes columns of a graph's inputs that are maps (a row of them is one map: from a name or a number to a value).
/// Only DictVectorizer reads such. The input becomes a tensor of one column a key, those of all its vectorizers in
/// their order (ValueInfoProto::columns); each vectorizer becomes the choice of its own columns, so that the key a map
/// does not have is 0, or the empty text, and a key of the map that no vectorizer knows has no column.
///
/// Source: onnx/onnx, docs/Operators-ml.md, "DictVectorizer". New names and numbers lie in `texts`, which must outlive
/// the model. Functions are to be inlined before.
///
/// unsupported: a map that something else reads, or a graph within reads, keys that are no UTF-8 text; malformed: a
/// vocabulary that is missing or of another type than the keys; too_large: more keys than `limits` allow features.
core::Result<void> lower_map_inputs(ModelProto& model, const Limits& limits, core::TextArena& texts);

}  // namespace pelton::formats::onnx
