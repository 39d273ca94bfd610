#pragma once

#include <string_view>

#include "core/text_buffer.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// Writes the JSON Schema (draft 2020-12) of a model's native request body: what NativeJsonReader
/// accepts. `id` becomes `$id` (a URI reference such as "/models/house/schema"), `title` is for people.
void append_request_schema(core::TextBuffer& out, std::string_view id, std::string_view title,
                           const model::Schema& schema);

}  // namespace pelton::codec
