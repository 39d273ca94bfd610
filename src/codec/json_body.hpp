#pragma once

#include <new>
#include <string_view>

#include "codec/json_rows.hpp"
#include "codec/rows_mark.hpp"

namespace pelton::codec {

/// Reads a body that is one JSON value and holds rows: `read(cursor, rows, errors)` reads the value, and gives
/// false once it cannot go on. 400 for malformed JSON, 413 beyond the limit of rows, 422 with every error that was
/// reported, 503 where memory runs out; after a failure the buffer of `target` is as it was.
template <class Read>
core::Result<void, Problem> read_json_body(std::string_view body, const RowTarget& target, JsonScratch& scratch,
                                           RowForms forms, PredictRequest& request, Read&& read) {
  RowsMark mark(target.rows);
  request = {};
  request.first_row = mark.first_row();
  try {
    FieldErrors errors;
    JsonCursor cursor(body);
    cursor.take_extensions();
    JsonRows rows(cursor, target, scratch, errors, forms);
    if (!read(cursor, rows, errors)) return rows.too_many() ? rows.excess() : cursor.problem();
    if (!errors.empty()) return errors.take_problem();
    request.rows = rows.rows();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return {};
}

}  // namespace pelton::codec
