#pragma once

#include "codec/result_writer.hpp"

namespace pelton::codec {

/// Adds `"categories":["a","b",…]` to a feature's object, at most 100 of them, and
/// `"category_count"` where there are more; nothing where the feature has none by name.
void append_categories(ObjectWriter& feature_card, const model::Feature& feature);

}  // namespace pelton::codec
