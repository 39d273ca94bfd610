#include "codec/native_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <new>
#include <span>

#include "codec/decimal.hpp"
#include "core/suggest.hpp"

namespace pelton::codec {

namespace {

constexpr std::size_t kLongestId = 256;

/// The members a request may have; their numbers are bits of the set of those seen.
enum class Member : unsigned { x, method, explain, model, version, timeout_ms, priority, id, unknown };

std::span<const std::string> member_names() {
  static const std::array<std::string, 8> names{"x",       "method",     "explain",  "model",
                                                "version", "timeout_ms", "priority", "id"};
  return names;
}

Member member_of(std::string_view name) {
  if (name == "x") return Member::x;
  const std::span<const std::string> names = member_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name == names[i]) return static_cast<Member>(i);
  }
  return Member::unknown;
}

/// What kinds of value an option takes.
struct OptionForm {
  bool string;
  bool number;
  std::string_view told;
};

OptionForm form_of(Member member) {
  switch (member) {
    case Member::explain: return {true, true, "a string such as \"top3\" or an integer"};
    case Member::version:
    case Member::id: return {true, true, "a string or an integer"};
    case Member::timeout_ms:
    case Member::priority: return {false, true, "a number"};
    default: return {true, false, "a string"};
  }
}

bool all_digits(std::string_view literal) {
  return !literal.empty() && literal.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether a number is an integer, whichever way it is written: 12.0 and 1.2e1 are, as JSON Schema has it.
bool is_integer(std::string_view literal) {
  if (all_digits(literal)) return true;
  const ScannedNumber number = scan_number_exactly(literal.data(), literal.data() + literal.size());
  return number.fault == NumberFault::none && number.value == std::trunc(number.value);
}

/// Digits of a whole number that was written another way.
std::string_view as_digits(std::string_view literal, std::string& scratch) {
  const double value = scan_number_exactly(literal.data(), literal.data() + literal.size()).value;
  if (all_digits(literal) || !(value >= 0 && value < 0x1p53)) return literal;
  scratch = std::to_string(static_cast<std::uint64_t>(value));
  return scratch;
}

/// How many characters the UTF-8 text has.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// One request in hand.
class NativeBody {
 public:
  NativeBody(JsonCursor& cursor, const RowTarget& target, JsonScratch& scratch, std::string& model,
             std::string& version, PredictRequest& request)
      : cursor_(cursor),
        features_(target.features),
        rows_(cursor, target, scratch, errors_),
        name_scratch_(scratch.name),
        model_scratch_(model),
        version_scratch_(version),
        request_(request) {}

  /// The whole body; false if it is malformed or brings too many rows.
  bool read() {
    if (cursor_.peek() != '{') return refuse_body();
    if (!cursor_.enter()) return false;
    bool more = !cursor_.leave_if('}');
    while (more) {
      if (!read_member()) return false;
      const JsonCursor::Next next = cursor_.next('}');
      if (next == JsonCursor::Next::failed) return false;
      more = next == JsonCursor::Next::more;
    }
    if (!cursor_.finish()) return false;
    if (!has(Member::x)) [[unlikely]] {
      report("", "the member \"x\" is missing: it holds the row, or the list of rows");
    }
    request_.rows = rows_.rows();
    return true;
  }

  FieldErrors& errors() noexcept { return errors_; }
  bool too_many() const noexcept { return rows_.too_many(); }
  Problem excess() const { return rows_.excess(); }

 private:
  bool has(Member member) const noexcept { return (seen_ >> static_cast<unsigned>(member) & 1U) != 0; }

  void report(std::string_view member, std::string detail) {
    errors_.report([&] {
      std::string pointer;
      if (!member.empty()) append_pointer(pointer, member);
      return FieldError{std::move(pointer), std::move(detail)};
    });
  }

  bool refuse_body() {
    const JsonKind kind = cursor_.kind();
    if (!cursor_.skip_value() || !cursor_.finish()) return false;
    report("", "expected an object such as {\"x\":[2,3]}, got " + std::string(describe(kind)));
    return true;
  }

  bool read_member() {
    std::string_view name;
    if (!cursor_.read_name(name, name_scratch_)) return false;
    const Member member = member_of(name);
    if (member == Member::unknown) [[unlikely]] {
      report(name, "unknown member " + in_quotes(name) + core::did_you_mean(name, member_names()));
      return cursor_.skip_value();
    }
    if (has(member)) [[unlikely]] {
      report(name, "the name is given twice");
      return cursor_.skip_value();
    }
    seen_ |= 1U << static_cast<unsigned>(member);
    if (member == Member::x) return rows_.read_rows("/x", request_.single);
    return read_member_option(member);
  }

  bool read_member_option(Member member) {
    const std::string_view name = member_names()[static_cast<std::size_t>(member)];
    const OptionForm form = form_of(member);
    const JsonKind kind = cursor_.kind();
    const char* const start = cursor_.position();
    std::string_view value;
    if (kind == JsonKind::string && form.string) {
      std::string& scratch = member == Member::model     ? model_scratch_
                             : member == Member::version ? version_scratch_
                                                         : name_scratch_;
      if (!cursor_.read_string(value, scratch)) return false;
    } else {
      if (!cursor_.skip_value()) return false;
      value = {start, static_cast<std::size_t>(cursor_.position() - start)};
      if (kind != JsonKind::number || !form.number) {
        report(name, "expected " + std::string(form.told) + ", got " + std::string(describe(kind)));
        return true;
      }
      if ((member == Member::version || member == Member::id) && !is_integer(value)) {
        report(name, "expected " + std::string(form.told) + ", got " + in_quotes(value));
        return true;
      }
      if (member == Member::version) value = as_digits(value, version_scratch_);
    }
    if (member == Member::id) {
      take_id(value, {start, static_cast<std::size_t>(cursor_.position() - start)});
      return true;
    }
    OptionOutcome outcome = read_option(name, value, features_, request_.options);
    if (outcome.error) report(name, std::move(*outcome.error));
    return true;
  }

  /// The text it stands for, and how it is written.
  void take_id(std::string_view value, std::string_view literal) {
    if (length_of(value) > kLongestId) {
      report("id", "longer than 256 characters");
    } else {
      request_.options.id = literal;
    }
  }

  JsonCursor& cursor_;
  const FeatureTable& features_;
  FieldErrors errors_;
  JsonRows rows_;
  std::string& name_scratch_;
  std::string& model_scratch_;
  std::string& version_scratch_;
  PredictRequest& request_;
  unsigned seen_ = 0;
};

}  // namespace

core::Result<void, Problem> NativeJsonReader::read(std::string_view body, const RowTarget& target,
                                                   PredictRequest& request) {
  RowsMark mark(target.rows);
  request = {};
  request.first_row = mark.first_row();
  try {
    JsonCursor cursor(body);
    NativeBody native(cursor, target, scratch_, model_, version_, request);
    if (!native.read()) return native.too_many() ? native.excess() : cursor.problem();
    if (!native.errors().empty()) return native.errors().take_problem();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return {};
}

namespace {

/// Reads one line: a row, or an object whose one member, `wrapper`, holds it. A feature's value is never a
/// list or an object, so a feature of that name is not mistaken.
bool read_line_row(JsonCursor& cursor, JsonRows& rows, FieldErrors& errors, std::string& scratch,
                   std::string_view wrapper) {
  if (cursor.peek() != '{') return rows.read_row({}) && cursor.finish();
  const JsonCursor start = cursor;
  std::string_view name;
  if (!cursor.enter()) return false;
  if (cursor.peek() == '"') {
    if (!cursor.read_name(name, scratch)) return false;
    const JsonKind kind = cursor.kind();
    if (name == wrapper && (kind == JsonKind::list || kind == JsonKind::object)) {
      std::string place;
      append_pointer(place, wrapper);
      if (!rows.read_row(place)) return false;
      JsonCursor::Next next = cursor.next('}');
      while (next == JsonCursor::Next::more) {
        if (!cursor.read_name(name, scratch)) return false;
        errors.report([&] {
          std::string pointer;
          append_pointer(pointer, name);
          return FieldError{std::move(pointer), "a line holds one row: nothing may stand beside " + in_quotes(wrapper)};
        });
        if (!cursor.skip_value()) return false;
        next = cursor.next('}');
      }
      return next == JsonCursor::Next::done && cursor.finish();
    }
  }
  cursor = start;
  return rows.read_row({}) && cursor.finish();
}

/// A line without its carriage return, and whether anything stands on it.
bool is_blank(std::string_view& line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

core::Result<void, Problem> NativeJsonReader::read_lines(std::string_view body, const RowTarget& target,
                                                         PredictRequest& request, std::string_view wrapper) {
  request = {};
  request.first_row = target.rows.rows();
  auto rows = read_all(body, 1, target, true, wrapper);
  if (!rows) return std::move(rows).error();
  request.rows = *rows;
  return {};
}

core::Result<std::size_t, Problem> NativeJsonReader::read_block(std::string_view text, std::size_t line,
                                                                const RowTarget& target) {
  return read_all(text, line, target, false, "x");
}

/// A whole body has at least one row, and its errors tell places within all of it.
core::Result<std::size_t, Problem> NativeJsonReader::read_all(std::string_view body, std::size_t number,
                                                              const RowTarget& target, bool is_body,
                                                              std::string_view wrapper) {
  RowsMark mark(target.rows);
  std::size_t count = 0;
  try {
    FieldErrors errors;
    JsonCursor cursor(body);
    JsonRows rows(cursor, target, scratch_, errors);
    for (std::size_t at = 0; at < body.size(); ++number) {
      const std::size_t end = std::min(body.find('\n', at), body.size());
      std::string_view line = body.substr(at, end - at);
      at = end + 1;
      if (is_blank(line)) continue;
      cursor = is_body ? JsonCursor(line, body.data(), 1) : JsonCursor(line, line.data(), number);
      errors.set_line(number);
      if (!read_line_row(cursor, rows, errors, scratch_.name, wrapper)) {
        return rows.too_many() ? rows.excess() : cursor.problem();
      }
    }
    errors.set_line(0);
    if (is_body && rows.rows() == 0 && errors.empty()) {
      errors.report([] { return FieldError{{}, "expected at least one row"}; });
    }
    if (!errors.empty()) return errors.take_problem();
    count = rows.rows();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return count;
}

core::Result<void, Problem> NativeJsonReader::read_line(std::string_view text, std::size_t line,
                                                        const RowTarget& target) {
  RowsMark mark(target.rows);
  try {
    FieldErrors errors;
    errors.set_line(line);
    JsonCursor cursor(text, text.data(), line);
    JsonRows rows(cursor, target, scratch_, errors);
    if (!read_line_row(cursor, rows, errors, scratch_.name, "x")) {
      return rows.too_many() ? rows.excess() : cursor.problem();
    }
    if (!errors.empty()) return errors.take_problem();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return {};
}

}  // namespace pelton::codec
