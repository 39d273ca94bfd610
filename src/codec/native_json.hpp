#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "codec/json_rows.hpp"
#include "codec/predict_request.hpp"

namespace pelton::codec {

/// Bytes that must be readable (their values are never used) beyond the end of a JSON body.
inline constexpr std::size_t kReadPadding = 64;

/// Reads native requests: `{"x":[2,3]}`, `{"x":[[2,3],[4,5]]}`, `{"x":{"a":2,"b":3}}`,
/// `{"x":[{"a":2,"b":3}]}` with the members method, explain, model, version, timeout_ms, priority
/// and id beside x.
///
/// Strict RFC 8259, one pass, no recursion, nothing allocated once warm. Beyond the RFC it takes
/// NaN, Infinity and -Infinity where a feature's value stands, as Python's json writes them; null
/// and NaN are a missing value, infinities are refused. Numbers are the nearest double. One reader a
/// thread.
class NativeJsonReader {
 public:
  /// Appends the body's rows to `target` and fills `request`. 400 for malformed JSON (with line,
  /// column and byte), 413 beyond the limit of rows, 422 with every bad field otherwise. After a
  /// failure the buffer is as it was; after a 422 the options that could be read are in `request`,
  /// so that a version asked for can still be honoured.
  core::Result<void, Problem> read(std::string_view body, const RowTarget& target, PredictRequest& request);

  /// Reads newline-delimited JSON: each line a list of values, an object of named values, or an
  /// object with the one member x that holds either. Blank lines are passed over. Errors begin with
  /// their line's number; pointers are relative to the line. `request.single` is false. Other dialects have
  /// another member, `wrapper`, instead of x.
  core::Result<void, Problem> read_lines(std::string_view body, const RowTarget& target, PredictRequest& request,
                                         std::string_view wrapper = "x");

  /// Reads a stretch of such lines, the first of which is line `line` of the body; gives the rows it holds,
  /// perhaps none. Bytes that a malformed line's error tells are counted from its beginning.
  core::Result<std::size_t, Problem> read_block(std::string_view text, std::size_t line, const RowTarget& target);

  /// Reads one such line alone (for programs that stream); `line` is the number that errors
  /// tell (0: none).
  core::Result<void, Problem> read_line(std::string_view text, std::size_t line, const RowTarget& target);

 private:
  core::Result<std::size_t, Problem> read_all(std::string_view text, std::size_t line, const RowTarget& target,
                                              bool is_body, std::string_view wrapper);

  JsonScratch scratch_;
  std::string model_;  ///< options that were written with escapes
  std::string version_;
};

}  // namespace pelton::codec
