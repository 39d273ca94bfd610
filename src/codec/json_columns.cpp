// Rows that come column by column: {"a":[1,2],"b":[3,4]}.
#include "codec/json_rows.hpp"

namespace pelton::codec {

bool JsonRows::read_columns(std::string_view pointer) {
  pointer_ = pointer;
  row_ = kBareRow;
  if (cursor_.kind() != JsonKind::object) return refuse_row("expected an object of columns");
  if (!features_.named()) return refuse_row("the model knows its features by position: expected a list of rows");
  begin_names();
  std::size_t given = 0;
  if (!read_members(given, [&](std::size_t feature) { return read_column(feature); })) return false;
  const bool complete = given == features_.width();
  if (!complete && column_rows_ == kBareRow) {
    report_row("expected at least one column: it says how many rows there are");
  } else if (!complete) {
    fill_in(target_.rows.view().data + mark_ * features_.width(), rows_, given);  // counted when the rows were made
  }
  end_row();
  return true;
}

/// The list at hand, value by value, into its place in each row.
bool JsonRows::read_column(std::size_t feature) {
  const JsonKind kind = cursor_.kind();
  if (kind != JsonKind::list) {
    report_column(feature, std::string("expected a list with one value a row, got ").append(describe(kind)));
    return cursor_.skip_value();
  }
  if (column_rows_ == kBareRow && !begin_columns(feature)) return false;
  if (!cursor_.enter()) return false;
  place_ = Place::column;
  double* out = target_.rows.view().data + mark_ * features_.width() + feature;
  std::size_t count = 0;
  for (bool more = !cursor_.leave_if(']'); more; ++count, out += stride_) {
    row_ = count;
    if (!(count < column_rows_ ? read_cell(feature, *out) : cursor_.skip_value())) return false;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  row_ = kBareRow;
  if (count != column_rows_) {
    report_column(feature, "expected " + counted(column_rows_, "value") + ", as the first column has, got " +
                               std::to_string(count));
  }
  return true;
}

/// The first column says how many rows there are. They are made only if the rest of the text is long enough
/// to fill them: the others are read for what is wrong with them.
bool JsonRows::begin_columns(std::size_t feature) {
  std::size_t count = 0;
  const JsonCursor start = cursor_;
  if (!count_values(count)) return false;
  const auto left = static_cast<std::size_t>(cursor_.end() - cursor_.position());
  cursor_ = start;
  if (count > target_.limits.max_rows) {
    too_many_ = true;
    return false;
  }
  if (count == 0) report_column(feature, "expected at least one value");
  const std::size_t width = features_.width();
  const std::size_t optional = features_.optional().size();
  if (optional > target_.limits.max_filled / std::max<std::size_t>(count, 1)) return count_filled(optional * count);
  const std::size_t others = width - std::max<std::size_t>(optional, 1);  // columns that are yet to come
  const bool filled = count != 0 && errors_.empty() && left / 2 / count >= others;
  target_.rows.append_rows(filled ? count : 1);
  stride_ = filled ? width : 0;
  rows_ = filled ? count : 0;
  column_rows_ = count;
  return true;
}

bool JsonRows::count_values(std::size_t& count) {
  if (!cursor_.enter()) return false;
  for (bool more = !cursor_.leave_if(']'); more; ++count) {
    if (!cursor_.skip_value()) return false;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  return true;
}

void JsonRows::report_column(std::size_t feature, std::string detail) {
  errors_.report([&] {
    std::string pointer(pointer_);
    append_pointer(pointer, features_[feature].name);
    return FieldError{std::move(pointer), std::move(detail)};
  });
}

bool JsonRows::read_common(std::string_view pointer) {
  pointer_ = pointer;
  row_ = kBareRow;
  if (cursor_.kind() != JsonKind::object) return refuse_row("expected an object of named values");
  if (!features_.named()) return refuse_row("the model knows its features by position: none can be named");
  double* const out = begin_row();
  if (out == nullptr) return false;
  begin_names();
  common_open_ = true;
  if (!read_named_values(out, 0)) return false;
  for (std::size_t i = 0; i < features_.width(); ++i) {
    if (scratch_.seen[i] == scratch_.stamp) scratch_.common.push_back(i);
  }
  return true;
}

std::size_t JsonRows::take_common(double* out) {
  const double* const first = target_.rows.view().data + mark_ * features_.width();
  for (const std::size_t feature : scratch_.common) {
    scratch_.seen[feature] = scratch_.stamp;
    if (out != first) out[feature] = first[feature];
  }
  return scratch_.common.size();
}

}  // namespace pelton::codec
