#include "codec/csv_cursor.hpp"

#include <algorithm>
#include <cstring>

namespace pelton::codec {

bool CsvCursor::begin_record() noexcept {
  while (at_ != end_) {
    const std::size_t ending = *at_ == '\n' ? 1 : *at_ == '\r' && end_ - at_ > 1 && at_[1] == '\n' ? 2 : 0;
    if (ending == 0) return true;
    at_ += ending;
    ++line_;
  }
  return false;
}

bool CsvCursor::read_cell(CsvCell& cell, bool& last, std::string& scratch) {
  cell.quoted = at_ != end_ && *at_ == '"';
  if (cell.quoted) return read_quoted(cell, scratch) && end_cell(last);
  const char* const first = at_;
  while (at_ != end_ && *at_ != ',' && *at_ != '\n' && *at_ != '\r') {
    if (*at_ == '"') {
      reason_ = "a quote within a cell that does not begin with one";
      return false;
    }
    ++at_;
  }
  cell.text = {first, static_cast<std::size_t>(at_ - first)};
  return end_cell(last);
}

bool CsvCursor::read_quoted(CsvCell& cell, std::string& scratch) {
  const char* first = ++at_;
  bool doubled = false;
  for (;;) {
    const void* const found = std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_));
    if (found == nullptr) {
      reason_ = "a quote is opened and not closed";
      return false;
    }
    const char* const quote = static_cast<const char*>(found);
    const bool closes = end_ - quote == 1 || quote[1] != '"';
    if (closes && !doubled) {
      cell.text = {first, static_cast<std::size_t>(quote - first)};
    } else {
      if (!doubled) scratch.clear();
      doubled = true;
      scratch.append(first, static_cast<std::size_t>(quote - first) + (closes ? 0 : 1));
      cell.text = scratch;
    }
    line_ += static_cast<std::size_t>(std::count(at_, quote, '\n'));
    at_ = quote + (closes ? 1 : 2);
    if (closes) return true;
    first = at_;
  }
}

bool CsvCursor::end_cell(bool& last) noexcept {
  last = true;
  if (at_ == end_) return true;
  if (*at_ == ',') {
    ++at_;
    last = false;
    return true;
  }
  if (*at_ == '\r' && end_ - at_ > 1 && at_[1] == '\n') ++at_;
  if (*at_ == '\n') {
    ++at_;
    ++line_;
    return true;
  }
  reason_ = *at_ == '\r' ? "a carriage return without a line feed" : "text after a closing quote";
  return false;
}

Problem CsvCursor::problem(bool tells_line) const {
  Problem problem;
  problem.status = 400;
  problem.detail = "malformed CSV";
  if (tells_line) problem.detail.append(" in line ").append(std::to_string(line_));
  problem.detail.append(": ").append(reason_);
  return problem;
}

}  // namespace pelton::codec
