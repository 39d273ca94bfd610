#include "train/table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <set>

#include "core/suggest.hpp"
#include "core/utf8.hpp"

namespace pelton::train {
namespace {

using core::Error;
using core::ErrorCode;

Error at(std::size_t line, std::size_t column, ErrorCode code, const std::string& why) {
  return Error(code, "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + why);
}

/// Cuts a text into records of fields, keeping count of lines and columns (from 1; a column is a
/// field).
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {}

  /// The next record that is not an empty line; false at the end.
  core::Result<bool> next(std::vector<std::string>& fields);
  /// Line on which the record began.
  std::size_t line() const noexcept { return record_line_; }

 private:
  core::Result<void> quoted_field(std::string& field, std::size_t column);
  void plain_field(std::string& field);
  bool end_of_line();

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
};

bool CsvReader::end_of_line() {
  if (rest_.empty()) return true;
  const std::size_t length = rest_.starts_with("\r\n") ? 2 : rest_.front() == '\n' ? 1 : 0;
  if (length == 0) return false;
  rest_.remove_prefix(length);
  ++line_;
  return true;
}

core::Result<void> CsvReader::quoted_field(std::string& field, std::size_t column) {
  const std::size_t begin = line_;
  rest_.remove_prefix(1);
  for (;;) {
    const std::size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) return at(begin, column, ErrorCode::malformed, "a quoted field has no end");
    const std::string_view part = rest_.substr(0, quote);
    for (const char c : part) line_ += c == '\n' ? 1 : 0;
    field += part;
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) return {};
    field += '"';
    rest_.remove_prefix(1);
  }
}

void CsvReader::plain_field(std::string& field) {
  std::size_t length = std::min(rest_.find_first_of(",\n"), rest_.size());
  const bool crlf = length > 0 && length < rest_.size() && rest_[length] == '\n' && rest_[length - 1] == '\r';
  if (crlf) --length;
  field = rest_.substr(0, length);
  rest_.remove_prefix(length);
}

core::Result<bool> CsvReader::next(std::vector<std::string>& fields) {
  while (!rest_.empty() && end_of_line()) {
  }
  if (rest_.empty()) return false;
  record_line_ = line_;
  fields.clear();
  for (;;) {
    std::string& field = fields.emplace_back();
    if (rest_.starts_with('"')) {
      auto read = quoted_field(field, fields.size());
      if (!read) return read.error();
    } else {
      plain_field(field);
    }
    if (end_of_line()) return true;
    if (rest_.front() != ',') return at(line_, fields.size(), ErrorCode::malformed, "text after the closing quote");
    rest_.remove_prefix(1);
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A finite decimal number, nothing before or after it but blanks.
std::optional<double> parse_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.front() == '+') return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

core::Result<void> read_header(CsvReader& reader, const TableLimits& limits, Table& table) {
  std::vector<std::string> names;
  auto more = reader.next(names);
  if (!more) return more.error();
  if (!*more) return Error(ErrorCode::malformed, "there is no line that names the columns");
  if (names.size() > limits.columns)
    return at(reader.line(), limits.columns + 1, ErrorCode::too_large, "too many columns");
  std::set<std::string> seen;
  bool all_numbers = true;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const std::string name(trimmed(names[c]));
    if (name.empty()) return at(reader.line(), c + 1, ErrorCode::malformed, "the column has no name");
    if (!core::is_utf8(name)) return at(reader.line(), c + 1, ErrorCode::malformed, "the name is not UTF-8");
    if (!seen.insert(name).second)
      return at(reader.line(), c + 1, ErrorCode::malformed, "a second column \"" + name + "\"");
    all_numbers = all_numbers && parse_number(name).has_value();
    table.columns.push_back({.name = name, .numbers = {}, .text = {}});
  }
  if (all_numbers)
    return at(reader.line(), 1, ErrorCode::malformed, "the first line must name the columns; it holds numbers");
  return {};
}

void store(Column& column, const std::string& cell, std::size_t line) {
  if (column.is_text()) return;
  const bool empty = trimmed(cell).empty();
  const std::optional<double> number = empty ? std::numeric_limits<double>::quiet_NaN() : parse_number(cell);
  if (number) {
    if (empty && column.empty_line == 0) column.empty_line = line;
    column.numbers.push_back(*number);
    return;
  }
  column.text = cell;
  column.text_line = line;
  column.numbers = {};
}

core::Result<Table> parse(std::string_view text, const TableLimits& limits) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  CsvReader reader(text);
  Table table;
  auto header = read_header(reader, limits, table);
  if (!header) return header.error();
  const std::size_t width = table.columns.size();
  std::vector<std::string> cells;
  for (;;) {
    auto more = reader.next(cells);
    if (!more) return more.error();
    if (!*more) return table;
    if (cells.size() != width) {
      return at(reader.line(), std::min(cells.size(), width) + 1, ErrorCode::malformed,
                "the line has " + std::to_string(cells.size()) + " fields, the first line " + std::to_string(width));
    }
    if (table.rows >= limits.cells / width) return at(reader.line(), 1, ErrorCode::too_large, "too many rows");
    for (std::size_t c = 0; c < width; ++c) store(table.columns[c], cells[c], reader.line());
    ++table.rows;
  }
}

std::optional<Error> unusable(const Table& table) {
  std::string texts;
  for (const Column& column : table.columns) {
    if (!column.is_text()) continue;
    texts += (texts.empty() ? "" : ", ") + std::string("\"") + column.name + "\" (line " +
             std::to_string(column.text_line) + ": \"" + column.text.substr(0, 40) + "\")";
  }
  if (!texts.empty()) return Error(ErrorCode::invalid_argument, "columns that are not numbers: " + texts);
  for (const Column& column : table.columns) {
    if (column.empty_line == 0) continue;
    return Error(ErrorCode::invalid_argument,
                 "column \"" + column.name + "\" has no value on line " + std::to_string(column.empty_line));
  }
  return std::nullopt;
}

}  // namespace

core::Result<Table> parse_csv(std::string_view text, const TableLimits& limits) {
  try {
    return parse(text, limits);
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::too_large, "not enough memory for the table");
  }
}

core::Result<Dataset> make_dataset(const Table& table, std::string_view target) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  const auto found = std::find(names.begin(), names.end(), target);
  if (found == names.end()) {
    return Error(ErrorCode::invalid_argument,
                 "there is no column \"" + std::string(target) + "\"" + core::did_you_mean(target, names));
  }
  if (table.columns.size() < 2) return Error(ErrorCode::invalid_argument, "there is no column beside the target");
  if (table.rows == 0) return Error(ErrorCode::invalid_argument, "there are no rows");
  if (auto error = unusable(table)) return *error;
  const auto chosen = static_cast<std::size_t>(found - names.begin());
  Dataset data;
  data.rows = table.rows;
  data.target_name = target;
  data.targets = table.columns[chosen].numbers;
  names.erase(found);
  data.feature_names = std::move(names);
  data.features.reserve(data.rows * data.feature_names.size());
  for (std::size_t r = 0; r < table.rows; ++r) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      if (c != chosen) data.features.push_back(table.columns[c].numbers[r]);
    }
  }
  return data;
}

}  // namespace pelton::train
