#pragma once

#include "core/text_buffer.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// Writes a row as a request tells it, as a list of values: `[2.0,"red",null]`. `row` holds what a RowBuffer's row
/// holds: a category that has a name is written by it, one that has none as its number.
void append_listed_row(core::TextBuffer& out, const model::Schema& schema, const double* row);
/// The same as an object by feature name; the features must have names (asserted).
void append_named_row(core::TextBuffer& out, const model::Schema& schema, const double* row);

/// One value of such a row.
void append_cell(core::TextBuffer& out, const model::Feature& feature, double value);

}  // namespace pelton::codec
