#pragma once

#include "codec/result_writer.hpp"

namespace pelton::codec {

/// Adds `"categories":["a","b",…]` to a feature's object, at most 100 of them, and
/// `"category_count"` where there are more; nothing where the feature has none by name.
void append_categories(ObjectWriter& feature_card, const model::Feature& feature);

/// Adds `"shape":[2,3]` to an output's object where a row's values are told as lists of lists.
void append_shape(ObjectWriter& output_card, const model::OutputSpec& output);

}  // namespace pelton::codec
