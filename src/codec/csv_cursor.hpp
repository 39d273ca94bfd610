#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include "codec/decimal.hpp"
#include "codec/problem.hpp"

namespace pelton::codec {

/// One cell of a CSV record.
struct CsvCell {
  std::string_view text;  ///< without its quotes; in the body, or in the scratch given to `read_cell`
  bool quoted = false;
};

/// Walks RFC 4180 text cell by cell. Records end in CRLF or LF (or at the end of the text); a cell
/// in quotes may hold anything, quotes doubled; elsewhere quotes and lone CRs are errors.
class CsvCursor {
 public:
  /// `line` is the number of the text's first line.
  explicit CsvCursor(std::string_view text, std::size_t line = 1) noexcept
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()), line_(line) {}

  /// Passes over blank lines; whether a record follows.
  bool begin_record() noexcept;
  /// The next cell of the record if it is a plain number, as JSON writes them, of at most that magnitude; else
  /// false, and nothing is read.
  bool read_number(double limit, double& value, bool& last) noexcept;
  /// The next cell of the record; `last` says whether the record ends with it. False: `problem()`.
  bool read_cell(CsvCell& cell, bool& last, std::string& scratch);

  std::size_t line() const noexcept { return line_; }  ///< of the cell read next
  std::size_t consumed() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  /// The 400 that says why, and where if `tells_line`.
  Problem problem(bool tells_line = true) const;

 private:
  bool read_quoted(CsvCell& cell, std::string& scratch);
  bool end_cell(bool& last) noexcept;
  /// Whether the record ends there, as it should.
  bool ends_record(const char* at) const noexcept {
    return at == end_ || *at == '\n' || (*at == '\r' && end_ - at > 1 && at[1] == '\n');
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t line_;
  const char* reason_ = "";
};

inline bool CsvCursor::read_number(double limit, double& value, bool& last) noexcept {
  if (at_ == end_ || !may_begin_number(*at_)) return false;
  const ScannedNumber number = scan_number(at_, end_);
  if (number.fault != NumberFault::none || !(std::fabs(number.value) <= limit)) return false;
  if (number.end == end_ || *number.end != ',') [[unlikely]] {
    if (!ends_record(number.end)) return false;
    at_ = number.end;
    value = number.value;
    return end_cell(last);
  }
  at_ = number.end + 1;
  value = number.value;
  last = false;
  return true;
}

}  // namespace pelton::codec
