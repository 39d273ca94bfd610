#include "codec/golden_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "codec/result_writer.hpp"
#include "core/suggest.hpp"

namespace pelton::codec {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using model::Method;

Error bad(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }

std::optional<Method> method_named(std::string_view name) {
  return name == "prediction" || name == "result" ? Method::predict : model::parse_method(name);
}

std::optional<std::size_t> whole_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A cell as a number where it reads as one (nan and inf among them), else as text.
ExpectedValue value_of_cell(const std::string& cell) {
  if (cell.empty()) return {};
  double number = 0;
  const char* const end = cell.data() + cell.size();
  const auto [stop, failure] = std::from_chars(cell.data() + (cell.front() == '+' ? 1 : 0), end, number);
  if (stop != end || failure == std::errc::invalid_argument) return {ExpectedValue::Kind::text, 0, cell};
  if (std::isnan(number)) return {};
  return {ExpectedValue::Kind::number, number, cell};
}

/// The expected values of one member: a value, or a list of values or of lists of values.
class OutputReader {
 public:
  OutputReader(JsonCursor& cursor, std::string& scratch, std::vector<ExpectedValue>& values)
      : cursor_(cursor), scratch_(scratch), values_(values) {}

  /// False where the cursor has failed.
  bool read() {
    std::size_t depth = 0;
    do {
      if (cursor_.kind() == JsonKind::list) {
        if (!cursor_.enter()) return false;
        ++depth;
        if (!cursor_.leave_if(']')) continue;
        --depth;
      } else if (!read_scalar()) {
        return false;
      }
      while (depth != 0) {
        const JsonCursor::Next next = cursor_.next(']');
        if (next == JsonCursor::Next::failed) return false;
        if (next == JsonCursor::Next::more) break;
        --depth;
      }
    } while (depth != 0);
    return true;
  }

 private:
  bool read_scalar() {
    const JsonKind kind = cursor_.kind();
    const char* const begin = cursor_.position();
    ExpectedValue value;
    if (kind == JsonKind::string) {
      std::string_view text;
      if (!cursor_.read_string(text, scratch_)) return false;
      value = {ExpectedValue::Kind::text, 0, std::string(text)};
    } else if (kind == JsonKind::number) {
      bool in_range = true;
      if (!cursor_.read_number(value.number, in_range)) return false;
      if (!in_range) value.number = *begin == '-' ? -HUGE_VAL : HUGE_VAL;
      value.kind = ExpectedValue::Kind::number;
      value.text.assign(begin, cursor_.position());
    } else if (kind == JsonKind::infinity) {
      value = {ExpectedValue::Kind::number, *begin == '-' ? -HUGE_VAL : HUGE_VAL, "Infinity"};
      if (!cursor_.read_word(*begin == '-' ? "-Infinity" : "Infinity")) return false;
    } else if (kind == JsonKind::boolean) {
      value = {ExpectedValue::Kind::number, *begin == 't' ? 1.0 : 0.0, *begin == 't' ? "true" : "false"};
      if (!cursor_.read_word(value.text)) return false;
    } else if (!cursor_.read_word(kind == JsonKind::nan ? "NaN" : "null")) {
      return false;
    }
    values_.push_back(std::move(value));
    return true;
  }

  JsonCursor& cursor_;
  std::string& scratch_;
  std::vector<ExpectedValue>& values_;
};

/// One golden row as an object.
class GoldenObject {
 public:
  GoldenObject(JsonCursor& cursor, const RowTarget& target, JsonScratch& scratch, ExpectedOutputs& expected)
      : cursor_(cursor), rows_(cursor, target, scratch, errors_), expected_(expected) {}

  /// False where the cursor has failed; otherwise `errors` tells.
  bool read() {
    if (cursor_.peek() != '{') return refuse();
    if (!cursor_.enter()) return false;
    bool more = !cursor_.leave_if('}');
    while (more) {
      if (!read_member()) return false;
      const JsonCursor::Next next = cursor_.next('}');
      if (next == JsonCursor::Next::failed) return false;
      more = next == JsonCursor::Next::more;
    }
    if (!cursor_.finish()) return false;
    if (!has_row_) report("", "the member \"x\" is missing: it holds the row's features");
    return true;
  }
  FieldErrors& errors() noexcept { return errors_; }

 private:
  bool refuse() {
    const JsonKind kind = cursor_.kind();
    if (!cursor_.skip_value() || !cursor_.finish()) return false;
    report("", R"(expected an object such as {"x":[2,3],"predict":1.5}, got )" + std::string(describe(kind)));
    return true;
  }

  void report(std::string_view member, std::string detail) {
    errors_.report([&] {
      std::string pointer;
      if (!member.empty()) append_pointer(pointer, member);
      return FieldError{std::move(pointer), std::move(detail)};
    });
  }

  bool read_member() {
    std::string_view view;
    if (!cursor_.read_name(view, text_)) return false;
    const std::string name(view);
    if (name == "x" && !std::exchange(has_row_, true)) return rows_.read_row("/x");
    const std::optional<Method> method = method_named(name);
    if (method && !expected_[static_cast<std::size_t>(*method)]) {
      return OutputReader(cursor_, text_, expected_[static_cast<std::size_t>(*method)].emplace()).read();
    }
    std::vector<std::string> known{"x"};
    for (const Method each : model::kAllMethods) known.emplace_back(to_string(each));
    report(name, name == "x" || method ? "given twice" : "no method has that name" + core::did_you_mean(name, known));
    return cursor_.skip_value();
  }

  JsonCursor& cursor_;
  FieldErrors errors_;
  JsonRows rows_;
  ExpectedOutputs& expected_;
  std::string text_;
  bool has_row_ = false;
};

}  // namespace

Result<bool> GoldenRows::next_record(Record& record) {
  for (;;) {
    const auto step = records_.next(record);
    line_ = step && *step == RecordReader::Step::record ? record.line : records_.line();
    if (!step) return step.error();
    if (*step != RecordReader::Step::dry) return *step == RecordReader::Step::record;
    if (auto refilled = records_.refill(); !refilled) return refilled.error();
  }
}

Result<bool> GoldenRows::next(math::RowBuffer& rows, ExpectedOutputs& expected) {
  expected = {};
  const auto format = records_.format();
  if (!format) return format.error();
  Record record;
  if (*format == RowFormat::csv && !opened_) {
    const auto header = next_record(record);
    if (!header || !*header) return header;
    if (auto opened = open_csv(record); !opened) return opened.error();
    opened_ = true;
  }
  const auto more = next_record(record);
  if (!more || !*more) return more;
  auto read = *format == RowFormat::csv ? read_csv(record, rows, expected) : read_json(record, rows, expected);
  if (read) read = check(expected);
  if (!read) return read.error();
  return true;
}

std::optional<GoldenRows::Column> GoldenRows::output_column(std::string_view name) const {
  for (const Method method : model::kAllMethods) {
    const auto& output = schema_.output(method);
    if (!output) continue;
    if (output->width == 1 && method_named(name) == method) return Column{method, 0};
    const std::string_view own = to_string(method);
    if (!name.starts_with(own) || name.size() < own.size() + 2) continue;
    const std::string_view rest = name.substr(own.size() + 1);
    const char mark = name[own.size()];
    if (mark == ':' && output->width == schema_.classes.size()) {
      for (std::size_t i = 0; i < schema_.classes.size(); ++i) {
        if (label_text(schema_.classes[i]) == rest) return Column{method, i};
      }
    }
    const auto value = whole_number(rest);
    if ((mark == '_' || mark == ':') && value && *value < output->width) return Column{method, *value};
  }
  return std::nullopt;
}

Result<void> GoldenRows::open_csv(const Record& header) {
  CsvCursor cursor(header.text);
  std::vector<std::string> names;
  std::string scratch;
  std::array<std::size_t, model::kMethodCount> counts{};
  for (bool last = false; !last;) {
    CsvCell cell;
    if (!cursor.read_cell(cell, last, scratch)) return bad(cursor.problem(false).detail);
    const std::optional<Column> column = output_column(cell.text);
    if (!column || features_.find(cell.text, 0) != features_.width()) continue;
    names.emplace_back(cell.text);
    columns_.push_back(*column);
    ++counts[static_cast<std::size_t>(column->method)];
  }
  if (names.empty()) return bad("no column holds what is expected: it would be called predict, predict_proba_0, …");
  for (const Method method : model::kAllMethods) {
    const std::size_t count = counts[static_cast<std::size_t>(method)];
    if (count == 0 || count == schema_.output(method)->width) continue;
    return bad(std::string(to_string(method)) + ": the model gives " + counted(schema_.output(method)->width, "value") +
               ", the header has " + counted(count, "column"));
  }
  auto opened = csv_.open(header.text, features_, CsvHeader::present, names);
  if (!opened) return bad(std::move(opened).error().detail);
  return {};
}

Result<void> GoldenRows::read_csv(const Record& record, math::RowBuffer& rows, ExpectedOutputs& expected) {
  if (auto read = csv_.read_records(record.text, record.line, {features_, rows}); !read) {
    return bad(std::move(read).error().detail);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto& values = expected[static_cast<std::size_t>(columns_[i].method)];
    if (!values) values.emplace(schema_.output(columns_[i].method)->width);
    (*values)[columns_[i].value] = value_of_cell(csv_.extra(i));
  }
  return {};
}

Result<void> GoldenRows::read_json(const Record& record, math::RowBuffer& rows, ExpectedOutputs& expected) {
  RowsMark mark(rows);
  JsonCursor cursor(record.text, record.text.data(), 0);
  const RowTarget target{features_, rows};
  GoldenObject object(cursor, target, scratch_, expected);
  if (!object.read()) return bad(cursor.problem().detail);
  if (!object.errors().empty()) return bad(object.errors().take_problem().detail);
  mark.keep();
  return {};
}

Result<void> GoldenRows::check(const ExpectedOutputs& expected) const {
  bool any = false;
  for (const Method method : model::kAllMethods) {
    const auto& values = expected[static_cast<std::size_t>(method)];
    if (!values) continue;
    any = true;
    const std::string name(to_string(method));
    const auto& output = schema_.output(method);
    if (!output) return bad("the model does not offer " + name + "; it offers " + features_.offered_names());
    if (values->size() == output->width) continue;
    return bad("/" + name + ": the model gives " + counted(output->width, "value") + ", the row expects " +
               std::to_string(values->size()));
  }
  if (!any) return bad("nothing is expected of this row: give predict, predict_proba, … beside its features");
  return {};
}

}  // namespace pelton::codec
