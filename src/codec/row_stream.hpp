#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "codec/csv_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/record_reader.hpp"

namespace pelton::codec {

/// Reads the rows of a file or a pipe one by one, in constant memory:
///
///     RowStream stream(source, features);
///     for (;;) {
///       const auto step = stream.next(rows);
///       if (!step) …                                     // cannot go on: line() and the error
///       if (*step == RowStream::Step::bad_row) …         // line() and complaint()
///       if (*step == RowStream::Step::dry) …             // score what is in `rows`, then refill()
///       if (*step == RowStream::Step::end) break;
///     }
///
/// CSV, NDJSON and JSON documents, told from the first bytes unless `format` says which. Not
/// thread-safe.
class RowStream {
 public:
  RowStream(ByteSource& source, const FeatureTable& features, std::optional<RowFormat> format = {})
      : records_(source, format), features_(features) {}

  core::Result<RowFormat> format() { return records_.format(); }

  enum class Step : std::uint8_t {
    row,      ///< a row was appended
    bad_row,  ///< a row was passed over: `complaint`
    dry,      ///< the next row is not in memory yet: `refill`
    end,
  };
  /// An error ends the stream: a header that does not fit the model, a JSON document that is broken
  /// between its rows, a row too large to hold.
  core::Result<Step> next(math::RowBuffer& rows);
  core::Result<void> refill() { return records_.refill(); }

  std::size_t line() const noexcept { return line_; }  ///< of the row or error told last
  std::size_t row() const noexcept { return rows_; }   ///< the number of the row told last, from 1
  /// What is wrong with the row; with its number in a JSON document, which may be a single line.
  const std::string& complaint() const noexcept { return complaint_; }

 private:
  core::Result<bool> open_csv(const Record& record);

  RecordReader records_;
  const FeatureTable& features_;
  CsvReader csv_{false};
  NativeJsonReader json_;
  std::string complaint_;
  std::size_t line_ = 1;
  std::size_t rows_ = 0;  ///< met so far
  bool opened_ = false;
};

}  // namespace pelton::codec
