#include "codec/mlflow/split_frame.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "codec/json_members.hpp"

namespace pelton::codec {

namespace {

enum Member : std::size_t { kColumns, kIndex, kData };
const std::array<std::string, 3> kMembers{"columns", "index", "data"};

}  // namespace

std::string SplitFrame::place(std::string_view member) const {
  std::string whole(pointer_);
  append_pointer(whole, member);
  return whole;
}

bool SplitFrame::read(std::string_view pointer) {
  pointer_ = pointer;
  scratch_.order.clear();
  if (cursor_.kind() != JsonKind::object) {
    return refuse_value(cursor_, pointer, "expected an object {\"columns\":[…],\"data\":[[…]]}", errors_);
  }
  bool columns = false;
  std::optional<JsonCursor> data;  // where it stands before the columns
  JsonMembers members(cursor_, kMembers, pointer, errors_, scratch_.name);
  const bool read = members.read([&](std::size_t member) {
    if (member == kIndex) return cursor_.skip_value();
    if (member == kColumns) {
      columns = true;
      return read_columns();
    }
    if (columns) return read_data();
    data = cursor_;
    return cursor_.skip_value();
  });
  if (!read) return false;
  if (!members.has(kData)) {
    errors_.report([&] {
      return FieldError{std::string(pointer_), "the member \"data\" is missing: it holds the rows"};
    });
  }
  if (!data) return true;
  const JsonCursor end = cursor_;
  cursor_ = *data;
  if (!read_data()) return false;
  cursor_ = end;
  return true;
}

bool SplitFrame::read_data() {
  // Where the columns are not the features there is no telling what the values are for.
  if (!fits_) return cursor_.skip_value();
  return rows_.read_list("/dataframe_split/data", scratch_.order);
}

bool SplitFrame::read_columns() {
  if (cursor_.kind() == JsonKind::null) return cursor_.read_word("null");
  if (cursor_.kind() != JsonKind::list) {
    fits_ = false;
    return refuse_value(cursor_, place("columns"), "expected a list of names", errors_);
  }
  named_.assign(features_.width(), false);
  if (!cursor_.enter()) return false;
  std::size_t count = 0;
  for (bool more = !cursor_.leave_if(']'); more; ++count) {
    if (!read_column(count)) return false;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  if (features_.names_columns()) {
    report_missing();
  } else if (count != features_.width()) {
    fits_ = false;
    errors_.report([&] {
      return FieldError{place("columns"),
                        "expected " + counted(features_.width(), "column") + ", got " + std::to_string(count)};
    });
  }
  // Columns in the features' own order are read as any rows are.
  if (!fits_ || std::is_sorted(scratch_.order.begin(), scratch_.order.end())) scratch_.order.clear();
  return true;
}

/// The name at hand. Where the model knows no names, columns are called as they like: numbers, as a rule.
bool SplitFrame::read_column(std::size_t number) {
  if (!features_.names_columns()) return cursor_.skip_value();
  if (cursor_.kind() != JsonKind::string) {
    fits_ = false;
    std::string whole = place("columns");
    append_pointer(whole, number);
    return refuse_value(cursor_, whole, "expected a name", errors_);
  }
  std::string_view name;
  if (!cursor_.read_string(name, scratch_.name)) return false;
  const std::size_t feature = features_.find(name, number);
  const bool known = feature != features_.width();
  if (known && !named_[feature]) {
    named_[feature] = true;
    scratch_.order.push_back(feature);
    return true;
  }
  fits_ = false;
  errors_.report([&] {
    std::string whole = place("columns");
    append_pointer(whole, number);
    return FieldError{std::move(whole), known ? "the column " + in_quotes(name) + " is given twice"
                                              : "no feature is called " + in_quotes(name) + features_.suggestion(name)};
  });
  return true;
}

void SplitFrame::report_missing() {
  for (std::size_t i = 0; i < features_.width(); ++i) {
    if (named_[i]) continue;
    fits_ = false;
    errors_.report([&] {
      return FieldError{place("columns"), "the column " + in_quotes(features_[i].name) + " is missing"};
    });
  }
}

}  // namespace pelton::codec
