#include "codec/row_stream.hpp"

#include <utility>

namespace pelton::codec {

/// Whether the first record is the header.
core::Result<bool> RowStream::open_csv(const Record& record) {
  opened_ = true;
  auto taken = csv_.open(record.text, features_, CsvHeader::detect);
  if (!taken) return core::Error(core::ErrorCode::invalid_argument, std::move(taken).error().detail);
  return *taken != 0;
}

core::Result<RowStream::Step> RowStream::next(math::RowBuffer& rows) {
  Record record;
  auto format = records_.format();
  auto step = records_.next(record);
  while (step && *step == RecordReader::Step::record) {
    line_ = record.line;
    const RowTarget target{features_, rows};
    std::optional<Problem> problem;
    if (*format == RowFormat::csv) {
      if (!opened_) {
        const auto is_header = open_csv(record);
        if (!is_header) return is_header.error();
        if (*is_header) {
          step = records_.next(record);
          continue;
        }
      }
      if (auto read = csv_.read_records(record.text, record.line, target); !read) problem = std::move(read).error();
    } else if (auto read = json_.read_line(record.text, 0, target); !read) {
      problem = std::move(read).error();
    }
    ++rows_;
    if (!problem) return Step::row;
    complaint_.clear();
    // Documents may have all rows on one line.
    if (*format == RowFormat::json) complaint_.append("row ").append(std::to_string(rows_)).append(": ");
    complaint_ += problem->detail;
    return Step::bad_row;
  }
  if (!step) {
    line_ = records_.line();
    return step.error();
  }
  return *step == RecordReader::Step::dry ? Step::dry : Step::end;
}

}  // namespace pelton::codec
