#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/predict_request.hpp"

namespace pelton::codec {

/// Whether the first record names the columns; `detect`: it does if any of its cells is no number.
enum class CsvHeader : std::uint8_t { detect, present, absent };

/// The value of a content type's header parameter ("present" or "absent", RFC 4180), any case.
std::optional<CsvHeader> parse_csv_header(std::string_view value) noexcept;

/// Reads text/csv (RFC 4180: quotes, CRLF or LF; a byte order mark is passed over). With a header
/// the columns are matched to features by name, in any order; without one they are the features in
/// order. An empty cell (or NaN) is a missing value; true and false stand for themselves in boolean
/// features. Blank lines are passed over. Every error names its line and column. One reader a thread;
/// nothing allocated once warm.
class CsvReader {
 public:
  /// A whole body. 400 for broken quoting, 413 beyond the limit of rows, 422 with every bad cell.
  /// After a failure the buffer is as it was.
  core::Result<void, Problem> read(std::string_view body, const RowTarget& target, PredictRequest& request,
                                   CsvHeader header = CsvHeader::detect);

 private:
  friend class CsvParse;
  std::string text_;                   ///< a quoted cell without its quotes
  std::vector<std::uint32_t> column_;  ///< by column of the body: the feature it holds
};

}  // namespace pelton::codec
