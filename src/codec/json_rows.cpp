#include "codec/json_rows.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "codec/missing_names.hpp"

namespace pelton::codec {

JsonRows::JsonRows(JsonCursor& cursor, const RowTarget& target, JsonScratch& scratch, FieldErrors& errors,
                   RowForms forms)
    : cursor_(cursor),
      target_(target),
      features_(target.features),
      scratch_(scratch),
      errors_(errors),
      mark_(target.rows.rows()),
      forms_(forms) {
  assert(target.rows.cols() == features_.width());
  scratch_.common.clear();
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

bool JsonRows::read_list(std::string_view pointer, std::span<const std::size_t> order) {
  assert(order.empty() || order.size() == features_.width());
  pointer_ = pointer;
  row_ = kBareRow;
  order_ = order;
  if (cursor_.kind() != JsonKind::list) return refuse_row("expected a list of rows");
  return cursor_.enter() && read_batch();
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
    } else if (forms_.bare_values && features_.width() == 1) {
      if (!read_bare_row()) return false;
    } else if (!refuse_row(row_ == 0 ? "expected a row (a list or an object)"
                                     : "expected a row (a list or an object), as the first is")) {
      return false;
    }
    const JsonCursor::Next next = cursor_.next(']');
    if (next != JsonCursor::Next::more) return next == JsonCursor::Next::done;
  }
}

double* JsonRows::begin_row() {
  if (common_open_) [[unlikely]] {
    common_open_ = false;
    return target_.rows.view().data + mark_ * features_.width();
  }
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
  place_ = Place::position;
  if (!order_.empty()) [[unlikely]] {
    return read_ordered_row(out);
  }
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

bool JsonRows::read_ordered_row(double* out) {
  const std::size_t width = features_.width();
  std::size_t count = 0;
  bool more = !cursor_.leave_if(']');
  while (more) {
    if (!(count < width ? read_cell(order_[count], out[order_[count]]) : cursor_.skip_value())) return false;
    ++count;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  if (count != width) report_width(count);
  end_row();
  return true;
}

bool JsonRows::read_bare_row() {
  double* const out = begin_row();
  place_ = Place::bare;
  if (out == nullptr || !read_cell(0, *out)) return false;
  end_row();
  return true;
}

bool JsonRows::read_named_row() {
  if (!features_.named()) {
    return refuse_row("the model knows its features by position: expected a list of " +
                      counted(features_.width(), "value"));
  }
  double* const out = begin_row();
  if (out == nullptr) return false;
  begin_names();
  const std::size_t given = scratch_.common.empty() ? 0 : take_common(out);
  if (!count_filled(given) || !read_named_values(out, given)) return false;
  end_row();
  return true;
}

/// No feature has been named yet.
void JsonRows::begin_names() {
  place_ = Place::name;
  const std::size_t width = features_.width();
  if (scratch_.seen.size() < width) scratch_.seen.resize(width);
  if (++scratch_.stamp == 0) {
    std::fill(scratch_.seen.begin(), scratch_.seen.end(), 0U);
    scratch_.stamp = 1;
  }
}

bool JsonRows::read_named_values(double* out, std::size_t given) {
  if (!read_members(given, [&](std::size_t feature) { return read_cell(feature, out[feature]); })) return false;
  if (given == features_.width() || common_open_) return true;
  return count_filled(fill_in(out, 1, given));
}

/// What has not been named, where it may be left out, in each of the rows that begin at `out`; how many features.
std::size_t JsonRows::fill_in(double* out, std::size_t rows, std::size_t given) {
  const std::size_t width = features_.width();
  std::size_t filled = 0;
  for (const FeatureTable::Optional& optional : features_.optional()) {
    if (scratch_.seen[optional.feature] == scratch_.stamp) continue;
    scratch_.seen[optional.feature] = scratch_.stamp;
    for (std::size_t i = 0; i < rows; ++i) out[i * width + optional.feature] = optional.value;
    ++filled;
  }
  if (given + filled != width) report_missing();
  return filled;
}

bool JsonRows::count_filled(std::size_t values) {
  filled_ += values;
  too_many_ = too_many_ || filled_ > target_.limits.max_filled;
  return !too_many_;
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

bool JsonRows::refuse_row(std::string_view expected) {
  const JsonKind kind = cursor_.kind();
  if (!cursor_.skip_value()) return false;
  report_row(std::string(expected).append(", got ").append(describe(kind)));
  return true;
}

void JsonRows::report_name(std::string_view name, bool known) {
  errors_.report([&] {
    std::string pointer = row_pointer();
    append_pointer(pointer, name);
    return FieldError{std::move(pointer), known ? "the name is given twice"
                                                : "unknown feature " + in_quotes(name) + features_.suggestion(name)};
  });
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
    MissingNames missing("feature");
    for (std::size_t i = 0; i < features_.width(); ++i) {
      if (scratch_.seen[i] != scratch_.stamp) missing.add(features_[i].name);
    }
    return FieldError{row_pointer(), missing.told()};
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
  std::string pointer = place_ == Place::column ? std::string(pointer_) : row_pointer();
  switch (place_) {
    case Place::position:
      if (order_.empty()) {
        append_pointer(pointer, feature);
      } else {
        const auto column = std::find(order_.begin(), order_.end(), feature);
        append_pointer(pointer, static_cast<std::size_t>(column - order_.begin()));
      }
      break;
    case Place::name: append_pointer(pointer, features_[feature].name); break;
    case Place::column:
      append_pointer(pointer, features_[feature].name);
      append_pointer(pointer, row_);
      break;
    case Place::bare: break;
  }
  return pointer;
}

Problem JsonRows::excess() const {
  return filled_ > target_.limits.max_filled ? too_many_filled(target_.limits) : too_many_rows(target_.limits);
}

Problem too_many_filled(const ReadLimits& limits) {
  Problem problem;
  problem.status = 413;
  problem.detail = "too many rows that leave values out: at most " + std::to_string(limits.max_filled) +
                   " values are filled in for one request";
  return problem;
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
