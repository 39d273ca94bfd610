#pragma once

#include <string_view>

#include "core/text_buffer.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// Writes the JSON Schema (draft 2020-12) of a model's native request body: what NativeJsonReader
/// accepts. `id` becomes `$id` (a URI reference such as "/models/house/schema"), `title` is for people.
void append_request_schema(core::TextBuffer& out, std::string_view id, std::string_view title,
                           const model::Schema& schema);

/// The schema of one row: a list of values, or an object of named ones where the features have names. Refers to
/// nothing else.
void append_row_schema(core::TextBuffer& out, const model::Schema& schema);

/// The schema of the native request body alone, for documents that keep the schema of a row elsewhere: `row` is a
/// reference to it, such as `#/components/schemas/house.row`.
void append_body_schema(core::TextBuffer& out, std::string_view row, const model::Schema& schema);

}  // namespace pelton::codec
