#include "codec/csv_rows.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>
#include <new>

#include "codec/decimal.hpp"
#include "codec/json_rows.hpp"
#include "core/utf8.hpp"

namespace pelton::codec {

namespace {

bool equal_fold(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    return lower(x) == lower(y);
  });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// What a column holds that is passed over.
constexpr std::size_t kNoFeature = static_cast<std::size_t>(-1);

/// What stands in a cell.
enum class CellKind : std::uint8_t { number, missing, truth, out_of_range, text };

/// Numbers as JSON writes them, and with a plus sign, a bare point, NaN or infinities, as tables do.
CellKind read_value(std::string_view text, double& value) noexcept {
  value = std::numeric_limits<double>::quiet_NaN();
  if (text.empty()) return CellKind::missing;
  if (text.front() == '+') {
    text.remove_prefix(1);
    if (text.empty() || text.front() == '-') return CellKind::text;
  }
  const char* const end = text.data() + text.size();
  const ScannedNumber number = scan_number_exactly(text.data(), end);
  if (number.end == end && number.fault != NumberFault::malformed) {
    value = number.value;
    return number.fault == NumberFault::none ? CellKind::number : CellKind::out_of_range;
  }
  if (equal_fold(text, "true") || equal_fold(text, "false")) {
    value = text.size() == 4 ? 1 : 0;
    return CellKind::truth;
  }
  if (equal_fold(text, "nan")) return CellKind::missing;
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (stop != end || std::isnan(value)) return CellKind::text;
  return code == std::errc() ? CellKind::number : CellKind::out_of_range;
}

/// The number of a category that has just this name, or has it without the spaces around it.
std::optional<double> known_category(const model::Feature& feature, std::string_view name) noexcept {
  for (const std::string_view text : {name, trimmed(name)}) {
    const std::optional<double> number = feature.categories->number(text);
    if (number && !std::isnan(*number)) return number;
  }
  return std::nullopt;
}

bool is_whole_number(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What a cell stands for where numbers are names of categories: as CatBoost reads files of its own, by
/// the spelling. What may well mean something else (2.0 for the category 2, a gap) does so only in quotes.
core::Result<double, std::string> spelled_category(const model::Feature& feature, const CsvCell& cell) {
  const std::string_view text = trimmed(cell.text);
  if (!cell.quoted) {
    if (is_whole_number(text)) return category_number(feature, text);
    double value = 0;
    const CellKind kind = read_value(text, value);
    if (kind == CellKind::missing) {
      if (auto complaint = misfit(feature, value)) return std::move(*complaint);
      return value;
    }
    // No whole number: the complaint.
    if (kind == CellKind::number || kind == CellKind::out_of_range) return category_of_literal(feature, text);
  }
  if (const auto known = known_category(feature, cell.text)) return *known;
  return category_number(feature, text);
}

/// What a cell stands for in a feature of words: its text as it is; an empty one without quotes is missing.
core::Result<double, std::string> word_value(const model::Feature& feature, const CsvCell& cell) {
  if (!cell.text.empty() || cell.quoted) return category_number(feature, cell.text);
  const double missing = std::numeric_limits<double>::quiet_NaN();
  if (auto complaint = misfit(feature, missing)) return std::move(*complaint);
  return missing;
}

/// Whether about any cell is a value of the feature's.
bool takes_any_text(const model::Feature& feature) noexcept {
  return feature.type == model::ElementType::string || numbers_are_names(feature);
}

/// The text of a cell, put where rows keep theirs.
core::Result<double, std::string> text_cell(const CsvCell& cell, math::RowBuffer& rows) {
  if (!core::is_utf8(cell.text)) return std::string("the text is not UTF-8");
  return rows.put_text(cell.text);
}

/// What a cell stands for in the feature, or what is wrong with it; no feature of texts.
core::Result<double, std::string> cell_value(const model::Feature& feature, const CsvCell& cell) {
  if (feature.is_word()) return word_value(feature, cell);
  if (numbers_are_names(feature)) return spelled_category(feature, cell);
  double value = 0;
  const CellKind kind = read_value(trimmed(cell.text), value);
  if (feature.categories != nullptr && (cell.quoted || kind > CellKind::number)) {
    if (const auto known = known_category(feature, cell.text)) return *known;
  }
  const bool boolean = feature.type == model::ElementType::boolean;
  switch (kind) {
    case CellKind::number:
    case CellKind::missing:
      if (auto complaint = misfit(feature, value)) return std::move(*complaint);
      return value;
    case CellKind::out_of_range: return std::string("the number is out of range: beyond any 64-bit float");
    case CellKind::truth:
      if (boolean) return value;
      break;
    case CellKind::text: break;
  }
  if (feature.categories != nullptr) return category_number(feature, trimmed(cell.text));
  return (boolean ? "expected true or false, got " : "expected a number, got ") + in_quotes(cell.text);
}

}  // namespace

std::optional<CsvHeader> parse_csv_header(std::string_view value) noexcept {
  if (equal_fold(value, "present")) return CsvHeader::present;
  if (equal_fold(value, "absent")) return CsvHeader::absent;
  return std::nullopt;
}

core::Result<void, Problem> CsvReader::read(std::string_view body, const RowTarget& target, PredictRequest& request,
                                            CsvHeader header) {
  request = {};
  request.first_row = target.rows.rows();
  if (body.starts_with(core::kByteOrderMark)) body.remove_prefix(core::kByteOrderMark.size());
  const core::Result<std::size_t, Problem> opened = open(body, target.features, header);
  if (!opened) return opened.error();
  const core::Result<std::size_t, Problem> rows = read_records(body.substr(*opened), 1 + header_lines_, target);
  if (!rows) return rows.error();
  if (*rows == 0) {
    FieldErrors errors;
    errors.report([] { return FieldError{{}, "expected at least one row"}; });
    return errors.take_problem();
  }
  request.rows = *rows;
  return {};
}

bool CsvReader::has_names(const CsvCursor& first, const FeatureTable& features, CsvCursor& after,
                          std::optional<Problem>& bad) {
  after = first;
  bool names = false;
  bool open = false;                  // some text would do both as a value and as a column's name
  bool all_named = features.named();  // every cell is a feature's name
  std::size_t column = 0;
  for (bool last = false; !last; ++column) {
    CsvCell cell;
    if (!after.read_cell(cell, last, text_)) {
      bad = after.problem(tells_lines_);
      return false;
    }
    const std::string_view bare = trimmed(cell.text);
    all_named = all_named && features.find(bare, column) != features.width();
    if (column < features.width() && takes_any_text(features[column])) {
      open = true;
      continue;
    }
    double value = 0;
    if (read_value(bare, value) != CellKind::text) continue;
    const bool category = column < features.width() && features[column].categories != nullptr &&
                          known_category(features[column], cell.text).has_value();
    names = names || !category;
  }
  return names || (open && all_named);
}

core::Result<std::size_t, Problem> CsvReader::open(std::string_view text, const FeatureTable& features,
                                                   CsvHeader header, std::span<const std::string> extras) {
  try {
    CsvCursor cursor(text);
    columns_.clear();
    left_out_.clear();
    extras_.assign(extras.size(), {});
    header_lines_ = 0;
    const bool any = cursor.begin_record();
    const CsvCursor first = cursor;
    std::optional<Problem> bad;
    const bool detected = any && has_names(first, features, cursor, bad);
    if (bad) return std::move(*bad);
    const bool names = header == CsvHeader::present || (header == CsvHeader::detect && detected);
    if (!any || !names || (!features.names_columns() && extras.empty())) {
      const CsvCursor& rest = names ? cursor : first;
      for (std::size_t i = 0; i < features.width(); ++i) columns_.push_back(i);
      header_lines_ = rest.line() - 1;
      return rest.consumed();
    }
    cursor = first;
    if (std::optional<Problem> problem = match_columns(cursor, features, extras)) return std::move(*problem);
    header_lines_ = cursor.line() - 1;
    return cursor.consumed();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

std::string CsvReader::place(std::size_t line, std::string_view column) const {
  std::string place;
  if (tells_lines_) place.append("line ").append(std::to_string(line));
  if (!column.empty()) place.append(place.empty() ? "" : ", ").append("column ").append(column);
  return place.empty() ? place : place.append(": ");
}

std::optional<Problem> CsvReader::match_columns(CsvCursor& cursor, const FeatureTable& features,
                                                std::span<const std::string> extras) {
  FieldErrors errors;
  const std::size_t width = features.width();
  seen_.assign(width + extras.size(), false);
  const std::size_t line = cursor.line();
  std::size_t next = 0;  // the feature of the next column, where features have no names
  for (bool last = false; !last;) {
    CsvCell cell;
    if (!cursor.read_cell(cell, last, text_)) return cursor.problem(tells_lines_);
    const std::string_view name = cell.quoted ? cell.text : trimmed(cell.text);
    const auto extra = std::find(extras.begin(), extras.end(), name);
    const std::size_t held = extra != extras.end()      ? width + static_cast<std::size_t>(extra - extras.begin())
                             : features.names_columns() ? features.find(name, columns_.size())
                             : next < width             ? next++
                                                        : width;
    const bool known = held != width || extra != extras.end();
    if (!known && features.takes_any_name()) {
      columns_.push_back(kNoFeature);
      continue;
    }
    if (known && held < seen_.size() && !seen_[held]) {
      seen_[held] = true;
      columns_.push_back(held);
      continue;
    }
    errors.report([&] {
      std::string what = known ? "the column is given twice" : "no feature has that name" + features.suggestion(name);
      if (!features.names_columns())
        what = "the model has " + counted(width, "feature") + ": this column is none of them";
      return FieldError{{}, place(line, in_quotes(name)) + what};
    });
  }
  for (const FeatureTable::Optional& optional : features.optional()) {
    if (seen_[optional.feature]) continue;
    seen_[optional.feature] = true;
    left_out_.push_back(optional);
  }
  for (std::size_t i = 0; i < width; ++i) {
    if (seen_[i]) continue;
    errors.report([&] {
      const std::string name = features.names_columns() ? in_quotes(features[i].name) : std::to_string(i + 1);
      return FieldError{{}, place(line, {}) + "the column " + name + " is missing"};
    });
  }
  if (errors.empty()) return std::nullopt;
  return errors.take_problem();
}

core::Result<std::size_t, Problem> CsvReader::read_records(std::string_view text, std::size_t line,
                                                           const RowTarget& target) {
  assert(target.rows.cols() == target.features.width() &&
         columns_.size() + left_out_.size() >= target.features.width());
  RowsMark mark(target.rows);
  std::size_t rows = 0;
  try {
    CsvCursor cursor(text, line);
    FieldErrors errors;
    while (cursor.begin_record()) {
      if (rows == target.limits.max_rows) return too_many_rows(target.limits);
      ++rows;
      if (rows * left_out_.size() > target.limits.max_filled) return too_many_filled(target.limits);
      if (!read_record(cursor, target, errors)) return cursor.problem(tells_lines_);
      // Rows of a body that will be refused are checked, not kept.
      if (!errors.empty()) target.rows.truncate(mark.first_row());
    }
    if (!errors.empty()) return errors.take_problem();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return rows;
}

bool CsvReader::read_record(CsvCursor& cursor, const RowTarget& target, FieldErrors& errors) {
  double* const out = target.rows.append_row();
  const std::size_t width = target.features.width();
  const std::size_t line = cursor.line();
  for (const FeatureTable::Optional& optional : left_out_) out[optional.feature] = optional.value;
  std::size_t count = 0;
  for (bool last = false; !last; ++count) {
    const std::size_t feature = count < columns_.size() ? columns_[count] : kNoFeature;
    const bool held = feature < width;
    if (held && cursor.read_number(target.features.unseen_limit(feature), out[feature], last)) [[likely]] {
      continue;
    }
    CsvCell cell;
    if (!cursor.read_cell(cell, last, text_)) return false;
    if (feature == kNoFeature) continue;
    if (!held) {
      extras_[feature - width] = cell.text;
      continue;
    }
    read_cell(cell, line, feature, target, out[feature], errors);
  }
  if (count != columns_.size()) {
    errors.report([&] {
      return FieldError{
          {}, place(line, {}) + "expected " + counted(columns_.size(), "cell") + ", got " + std::to_string(count)};
    });
  }
  return true;
}

void CsvReader::read_cell(const CsvCell& cell, std::size_t line, std::size_t feature, const RowTarget& target,
                          double& value, FieldErrors& errors) {
  const FeatureTable& features = target.features;
  const model::Feature& wanted = features[feature];
  const core::Result<double, std::string> found =
      wanted.is_text() ? text_cell(cell, target.rows) : cell_value(wanted, cell);
  if (found) {
    value = *found;
    return;
  }
  errors.report([&] {
    const std::string column = features.named() ? in_quotes(wanted.name) : std::to_string(feature + 1);
    return FieldError{{}, place(line, column) + found.error()};
  });
}

}  // namespace pelton::codec
