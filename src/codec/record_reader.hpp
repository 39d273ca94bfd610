#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/byte_window.hpp"
#include "codec/record_ends.hpp"
#include "core/result.hpp"

namespace pelton::codec {

/// How rows are written in a file. `json`: documents, each a row, a list of rows, or an object whose
/// one member x holds either, however they are laid out.
enum class RowFormat : std::uint8_t { csv, ndjson, json };

/// The text of one row.
struct Record {
  std::string_view text;  ///< 64 bytes beyond it are readable; valid until the next call
  std::size_t line = 0;   ///< on which it begins, from 1
};

/// Cuts a stream into records, holding no more than one window of it in memory.
class RecordReader {
 public:
  /// Without a format it is told from the first bytes.
  explicit RecordReader(ByteSource& source, std::optional<RowFormat> format = {}) : window_(source), format_(format) {}

  /// Reads as far as the first record, where that is needed, to say what the format is.
  core::Result<RowFormat> format();

  enum class Step : std::uint8_t {
    record,
    dry,  ///< the next record is not in memory yet: `refill`
    end,
  };
  /// The next record that is not blank. malformed where a JSON document is broken between its rows.
  core::Result<Step> next(Record& record);
  /// Waits for more of the stream. io; too_large for a record beyond ByteWindow::kMost.
  core::Result<void> refill() { return window_.refill(); }

  std::size_t line() const noexcept { return line_; }  ///< of what is read next

 private:
  enum class Place : std::uint8_t { between_documents, before_first_row, before_row, after_row, after_rows };

  Step next_line(Record& record);
  Step next_csv(Record& record);
  core::Result<Step> next_json(Record& record);
  core::Result<void> pass_separator(char c);
  Step take_value(Record& record, Place after);
  bool skip_space() noexcept;
  void pass(std::size_t n) noexcept;
  RowFormat sniff(std::string_view text) const noexcept;

  ByteWindow window_;
  std::optional<RowFormat> format_;
  CsvRecordEnd csv_end_;
  LineEnd line_end_;
  JsonValueEnd json_end_;
  std::size_t line_ = 1;
  std::size_t pending_ = 0;  ///< bytes of the record given last, dropped with the next call
  Place place_ = Place::between_documents;
  bool in_object_ = false;  ///< the rows stand in {"x":…}
  bool begun_ = false;
};

}  // namespace pelton::codec
