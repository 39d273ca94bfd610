#pragma once

#include <new>
#include <string_view>

#include "codec/json_rows.hpp"
#include "codec/rows_mark.hpp"
#include "codec/v2/infer_request.hpp"

namespace pelton::codec::v2 {

/// Reads the JSON of a request by the body that `make(cursor)` gives: all of it, or nothing, and then the rows of
/// `target` are as they were.
template <class Make>
core::Result<void, Problem> read_whole(std::string_view json, const InferTarget& target, InferRequest& request,
                                       Make&& make) {
  RowsMark mark(target.rows.rows);
  request = {};
  request.first_row = mark.first_row();
  try {
    JsonCursor cursor(json);
    auto body = make(cursor);
    if (!body.read()) return body.too_many() ? too_many_rows(target.rows.limits) : cursor.problem();
    if (!body.errors().empty()) return body.errors().take_problem();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return {};
}

}  // namespace pelton::codec::v2
