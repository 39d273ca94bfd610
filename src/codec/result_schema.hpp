#pragma once

#include "core/text_buffer.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// Writes the JSON Schema of what ResultWriter writes for one row of a method that the schema offers (asserted).
void append_result_schema(core::TextBuffer& out, const model::Schema& schema, model::Method method);

}  // namespace pelton::codec
