#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/csv_cursor.hpp"
#include "codec/field_errors.hpp"
#include "codec/predict_request.hpp"

namespace pelton::codec {

/// Whether the first record names the columns; `detect`: it does if any of its cells is no value.
enum class CsvHeader : std::uint8_t { detect, present, absent };

/// The value of a content type's header parameter ("present" or "absent", RFC 4180), any case.
std::optional<CsvHeader> parse_csv_header(std::string_view value) noexcept;

/// Reads text/csv (RFC 4180: quotes, CRLF or LF; a byte order mark is passed over). With a header
/// the columns are matched to features by name, in any order (in order, where the model knows no
/// names); without one they are the features in order. Cells hold numbers, with spaces around them
/// if need be; an empty cell or NaN is a missing value; true and false stand for themselves in
/// boolean features, names of categories in features that have some (what reads as a number is a
/// number, unless it is in quotes and a category's name). Where numbers are names of categories, a whole
/// number is the name that is spelled so ("007" is not "7"), others name one in quotes only. A text is what
/// stands in the cell, spaces and all, in UTF-8; an empty cell is the empty text, or missing where texts
/// are looked up. As such cells hold any text, a first record with nothing else to tell it by is found to
/// be a header if it names features alone. Columns that may be left out need not be there, and where there
/// are such, others are passed over. Blank lines are passed over.
/// Every error names its line and column. 64 bytes beyond the text must be readable. One reader a thread; nothing
/// allocated once warm.
class CsvReader {
 public:
  /// `tells_lines` false: errors leave their line to the caller, who reads record by record.
  explicit CsvReader(bool tells_lines = true) noexcept : tells_lines_(tells_lines) {}

  /// A whole body. 400 for broken quoting, 413 beyond the limit of rows, 422 with every bad cell.
  /// After a failure the buffer is as it was.
  core::Result<void, Problem> read(std::string_view body, const RowTarget& target, PredictRequest& request,
                                   CsvHeader header = CsvHeader::detect);

  /// The same in parts, for programs that stream. `open` takes text that holds at least the first
  /// record whole, settles which column holds which feature, and gives the number of bytes that
  /// blank lines and the header took; a byte order mark is the caller's to pass over. Columns of a header that are
  /// named as one of `extras` hold no feature: their cells are kept for `extra`.
  core::Result<std::size_t, Problem> open(std::string_view text, const FeatureTable& features, CsvHeader header,
                                          std::span<const std::string> extras = {});
  /// Appends the whole records of `text`, the first of which begins on line `line`; gives their
  /// number. After a failure the buffer is as it was.
  core::Result<std::size_t, Problem> read_records(std::string_view text, std::size_t line, const RowTarget& target);
  /// What the record read last has in the column of that extra; empty where there is no such column.
  const std::string& extra(std::size_t i) const noexcept { return extras_[i]; }

 private:
  bool has_names(const CsvCursor& first, const FeatureTable& features, CsvCursor& after, std::optional<Problem>& bad);
  std::string place(std::size_t line, std::string_view column) const;
  bool read_record(CsvCursor& cursor, const RowTarget& target, FieldErrors& errors);
  void read_cell(const CsvCell& cell, std::size_t line, std::size_t feature, const RowTarget& target, double& value,
                 FieldErrors& errors);
  std::optional<Problem> match_columns(CsvCursor& cursor, const FeatureTable& features,
                                       std::span<const std::string> extras);

  std::string text_;                  ///< a cell that was written with doubled quotes
  std::vector<std::size_t> columns_;  ///< by column of the text: the feature it holds, or features + the extra, or none
  std::vector<FeatureTable::Optional> left_out_;  ///< those that no column of the text holds
  std::vector<std::string> extras_;               ///< by extra: its cell
  std::vector<bool> seen_;                        ///< by feature: whether a column holds it
  std::size_t header_lines_ = 0;                  ///< lines before the first record of values
  bool tells_lines_;
};

}  // namespace pelton::codec
