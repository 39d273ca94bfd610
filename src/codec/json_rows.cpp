#include "codec/json_rows.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace pelton::codec {

namespace {

/// What has been found for a category: the value, or a complaint.
void settle(core::Result<double, std::string> found, double& value, std::optional<std::string>& complaint) {
  if (found) {
    value = *found;
  } else {
    complaint = std::move(found).error();
  }
}

}  // namespace

JsonRows::JsonRows(JsonCursor& cursor, const RowTarget& target, JsonScratch& scratch, FieldErrors& errors)
    : cursor_(cursor),
      target_(target),
      features_(target.features),
      scratch_(scratch),
      errors_(errors),
      mark_(target.rows.rows()) {
  assert(target.rows.cols() == features_.width());
}

bool JsonRows::read_rows(std::string_view pointer, bool& single) {
  pointer_ = pointer;
  row_ = kBareRow;
  single = true;
  const JsonKind kind = cursor_.kind();
  if (kind == JsonKind::object) return read_named_row();
  if (kind != JsonKind::list) return refuse_row("expected a row (a list or an object) or a list of rows");
  if (!cursor_.enter()) return false;
  const char first = cursor_.peek();
  if (first != '[' && first != '{' && first != ']') return read_listed_row();
  single = false;
  return read_batch();
}

bool JsonRows::read_row(std::string_view pointer) {
  pointer_ = pointer;
  row_ = kBareRow;
  const JsonKind kind = cursor_.kind();
  if (kind == JsonKind::object) return read_named_row();
  if (kind != JsonKind::list) return refuse_row("expected a row (a list or an object)");
  return cursor_.enter() && read_listed_row();
}

bool JsonRows::read_batch() {
  if (cursor_.leave_if(']')) {
    report_row("expected at least one row");
    return true;
  }
  for (row_ = 0;; ++row_) {
    const char c = cursor_.peek();
    if (c == '[') [[likely]] {
      if (!cursor_.enter() || !read_listed_row()) return false;
    } else if (c == '{') {
      if (!read_named_row()) return false;
    } else if (!refuse_row("expected a row (a list or an object), as the first is")) {
      return false;
    }
    const JsonCursor::Next next = cursor_.next(']');
    if (next != JsonCursor::Next::more) return next == JsonCursor::Next::done;
  }
}

double* JsonRows::begin_row() {
  if (rows_ == target_.limits.max_rows) {
    too_many_ = true;
    return nullptr;
  }
  ++rows_;
  return target_.rows.append_row();
}

void JsonRows::end_row() {
  if (!errors_.empty()) [[unlikely]] {
    target_.rows.truncate(mark_);
  }
}

bool JsonRows::read_listed_row() {
  double* const out = begin_row();
  if (out == nullptr) return false;
  by_name_ = false;
  const std::size_t width = features_.width();
  std::size_t count = 0;
  bool more = !cursor_.leave_if(']');
  while (more) {
    count += read_numbers(out + count, count, width);
    if (count < width) [[likely]] {
      if (!read_cell(count, out[count])) return false;
    } else if (!cursor_.skip_value()) {
      return false;
    }
    ++count;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  if (count != width) [[unlikely]] {
    report_width(count);
  }
  end_row();
  return true;
}

bool JsonRows::read_named_row() {
  if (!features_.named()) {
    return refuse_row("the model knows its features by position: expected a list of " +
                      counted(features_.width(), "value"));
  }
  double* const out = begin_row();
  if (out == nullptr || !cursor_.enter()) return false;
  by_name_ = true;
  const std::size_t width = features_.width();
  if (scratch_.seen.size() < width) scratch_.seen.resize(width);
  if (++scratch_.stamp == 0) {
    std::fill(scratch_.seen.begin(), scratch_.seen.end(), 0U);
    scratch_.stamp = 1;
  }
  std::size_t given = 0;
  std::size_t guess = 0;
  bool more = !cursor_.leave_if('}');
  while (more) {
    std::string_view name;
    if (!cursor_.read_name(name, scratch_.name)) return false;
    const std::size_t feature = features_.find(name, guess);
    const bool known = feature != width;
    if (!known || scratch_.seen[feature] == scratch_.stamp) [[unlikely]] {
      errors_.report([&] {
        std::string pointer = row_pointer();
        append_pointer(pointer, name);
        return FieldError{std::move(pointer), known
                                                  ? "the name is given twice"
                                                  : "unknown feature " + in_quotes(name) + features_.suggestion(name)};
      });
      if (!cursor_.skip_value()) return false;
    } else {
      scratch_.seen[feature] = scratch_.stamp;
      ++given;
      guess = feature + 1;
      if (!read_cell(feature, out[feature])) return false;
    }
    const JsonCursor::Next next = cursor_.next('}');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  if (given != width) [[unlikely]] {
    report_missing();
  }
  end_row();
  return true;
}

inline std::size_t JsonRows::read_numbers(double* out, std::size_t feature, std::size_t width) noexcept {
  const char* p = cursor_.position();
  const char* const end = cursor_.end();
  const std::size_t first = feature;
  // The last value of a row has no comma behind it: it is left.
  for (; feature + 1 < width && p < end && may_begin_number(*p); ++feature) {
    const ScannedNumber number = scan_number(p, end);
    const bool taken = number.fault == NumberFault::none && number.end < end && *number.end == ',' &&
                       std::fabs(number.value) <= features_.unseen_limit(feature);
    if (!taken) [[unlikely]] {
      break;
    }
    *out++ = number.value;
    p = number.end + 1;
    if (p < end && *p == ' ') ++p;
  }
  cursor_.move_to(p);
  return feature - first;
}

inline bool JsonRows::read_cell(std::size_t feature, double& value) {
  if (may_begin_number(cursor_.peek())) [[likely]] {
    const ScannedNumber number = scan_number(cursor_.position(), cursor_.end());
    if (number.fault == NumberFault::none && std::fabs(number.value) <= features_.unseen_limit(feature)) [[likely]] {
      cursor_.move_to(number.end);
      value = number.value;
      return true;
    }
  }
  return read_odd_cell(feature, value);
}

[[gnu::noinline]] bool JsonRows::read_odd_cell(std::size_t feature, double& value) {
  const model::Feature& wanted = features_[feature];
  const std::string_view noun = noun_of(wanted);
  const JsonKind kind = cursor_.kind();
  std::optional<std::string> complaint;
  value = std::numeric_limits<double>::quiet_NaN();
  switch (kind) {
    case JsonKind::number: {
      const char* const first = cursor_.position();
      bool in_range = true;
      if (!cursor_.read_number(value, in_range)) return false;
      if (numbers_are_names(wanted)) {
        const std::string_view literal(first, static_cast<std::size_t>(cursor_.position() - first));
        settle(category_of_literal(wanted, literal), value, complaint);
        break;
      }
      complaint = in_range || wanted.type == model::ElementType::string
                      ? misfit(wanted, value)
                      : "the number is out of range: beyond any 64-bit float";
      break;
    }
    case JsonKind::null:
    case JsonKind::nan:
      if (!cursor_.read_word(kind == JsonKind::null ? "null" : "NaN")) return false;
      complaint = misfit(wanted, value);
      break;
    case JsonKind::infinity:
      if (!cursor_.read_word(cursor_.peek() == '-' ? "-Infinity" : "Infinity")) return false;
      complaint = misfit(wanted, std::numeric_limits<double>::infinity());
      break;
    case JsonKind::boolean:
      value = cursor_.peek() == 't' ? 1 : 0;
      if (!cursor_.read_word(value != 0 ? "true" : "false")) return false;
      if (wanted.type != model::ElementType::boolean) {
        complaint = std::string("expected ").append(noun).append(", got a boolean");
      }
      break;
    case JsonKind::string:
      if (!read_string_cell(wanted, value, complaint)) return false;
      break;
    default:
      if (!cursor_.skip_value()) return false;
      complaint = std::string("expected ").append(noun).append(", got ").append(describe(kind));
      break;
  }
  if (wanted.is_text() && std::isnan(value)) value = target_.rows.put_text({});
  if (complaint) {
    errors_.report([&] { return FieldError{cell_pointer(feature), std::move(*complaint)}; });
  }
  return true;
}

bool JsonRows::read_string_cell(const model::Feature& wanted, double& value, std::optional<std::string>& complaint) {
  std::string_view text;
  if (!cursor_.read_string(text, scratch_.name)) return false;
  if (wanted.is_text()) {
    value = target_.rows.put_text(text);
  } else if (wanted.categories != nullptr) {
    settle(category_number(wanted, text), value, complaint);
  } else {
    complaint = std::string("expected ").append(noun_of(wanted)).append(", got a string");
  }
  return true;
}

bool JsonRows::refuse_row(std::string_view expected) {
  const JsonKind kind = cursor_.kind();
  if (!cursor_.skip_value()) return false;
  report_row(std::string(expected).append(", got ").append(describe(kind)));
  return true;
}

void JsonRows::report_width(std::size_t count) {
  std::string detail = "expected " + counted(features_.width(), "value") + ", got " + std::to_string(count);
  if (features_.width() == 1 && row_ == kBareRow && count > 1) {
    detail += "; several rows of one value are written [[1],[2]]";
  }
  report_row(std::move(detail));
}

void JsonRows::report_missing() {
  errors_.report([&] {
    constexpr std::size_t kMostNames = 20;
    std::size_t missing = 0;
    std::string names;
    for (std::size_t i = 0; i < features_.width(); ++i) {
      if (scratch_.seen[i] == scratch_.stamp) continue;
      if (++missing > kMostNames) continue;
      names.append(missing == 1 ? " " : ", ").append(in_quotes(features_[i].name));
    }
    if (missing > kMostNames) names.append(" and ").append(std::to_string(missing - kMostNames)).append(" more");
    return FieldError{row_pointer(), (missing == 1 ? "missing feature" : "missing features") + names};
  });
}

void JsonRows::report_row(std::string detail) {
  errors_.report([&] { return FieldError{row_pointer(), std::move(detail)}; });
}

std::string JsonRows::row_pointer() const {
  std::string pointer(pointer_);
  if (row_ != kBareRow) append_pointer(pointer, row_);
  return pointer;
}

std::string JsonRows::cell_pointer(std::size_t feature) const {
  std::string pointer = row_pointer();
  if (by_name_) {
    append_pointer(pointer, features_[feature].name);
  } else {
    append_pointer(pointer, feature);
  }
  return pointer;
}

Problem too_many_rows(const ReadLimits& limits) {
  Problem problem;
  problem.status = 413;
  problem.detail = "too many rows: at most " + std::to_string(limits.max_rows) + " are taken in one request";
  return problem;
}

Problem out_of_memory() {
  Problem problem;
  problem.status = 503;
  problem.detail = "not enough memory for this request";
  return problem;
}

}  // namespace pelton::codec
