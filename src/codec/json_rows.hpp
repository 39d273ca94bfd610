#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/field_errors.hpp"
#include "codec/json_cursor.hpp"
#include "codec/predict_request.hpp"
#include "codec/rows_mark.hpp"

namespace pelton::codec {

/// Memory that reading needs, kept from request to request so that it is allocated once.
struct JsonScratch {
  std::string name;                 ///< a name or a text that was written with escapes
  std::string decoded;              ///< a text that was sent as base64
  std::vector<std::size_t> order;   ///< by column: its feature
  std::vector<std::size_t> common;  ///< the features that all rows have in common
  std::vector<std::uint32_t> seen;  ///< by feature: the stamp of the last row that named it
  std::uint32_t stamp = 0;
};

/// What a dialect's rows may hold besides what the native dialect takes.
struct RowForms {
  bool bare_values = false;     ///< in a list of rows, where there is one feature: its value alone
  bool wrapped_values = false;  ///< a named value as a list of one, a text as {"b64":"…"}
};

/// Reads rows out of JSON: a list of values, an object of named values, a list of either, or an object of columns.
///
/// Field errors are collected and reading goes on, so that a caller hears of all of them; from the
/// first one on rows are checked but no longer kept, so that a refused body cannot take more memory
/// than its good part. Every reading function gives false where reading cannot go on: the cursor has
/// failed, or a limit of `target` is passed (`too_many`).
class JsonRows {
 public:
  JsonRows(JsonCursor& cursor, const RowTarget& target, JsonScratch& scratch, FieldErrors& errors, RowForms forms = {});

  /// The value at hand: one bare row, or a list of rows. `pointer` is where it stands.
  bool read_rows(std::string_view pointer, bool& single);
  /// The value at hand: one row.
  bool read_row(std::string_view pointer);
  /// The value at hand: a list of rows, even if it is one of bare values. `order`, where it is not empty, is a
  /// permutation of the features: which one each value of a listed row is for.
  bool read_list(std::string_view pointer, std::span<const std::size_t> order = {});
  /// The value at hand: an object of columns, each a list with one value a row.
  bool read_columns(std::string_view pointer);
  /// The value at hand: an object of named values that every row read afterwards (read_list) begins with.
  bool read_common(std::string_view pointer);

  std::size_t rows() const noexcept { return rows_; }
  bool too_many() const noexcept { return too_many_; }
  /// The 413 for it.
  Problem excess() const;

 private:
  static constexpr std::size_t kBareRow = static_cast<std::size_t>(-1);
  /// How the cell in hand is told from the others of its row, or of its column.
  enum class Place : std::uint8_t { position, name, column, bare };

  bool read_batch();
  bool read_listed_row();
  bool read_ordered_row(double* out);
  bool read_bare_row();
  bool read_named_row();
  bool read_named_values(double* out, std::size_t given);
  void begin_names();
  std::size_t take_common(double* out);
  bool count_filled(std::size_t values);
  template <class ReadValue>
  bool read_members(std::size_t& given, ReadValue&& read_value);
  std::size_t fill_in(double* out, std::size_t rows, std::size_t given);
  bool read_column(std::size_t feature);
  bool begin_columns(std::size_t feature);
  bool count_values(std::size_t& count);
  void report_column(std::size_t feature, std::string detail);
  /// The run of plain numbers at hand, each with a comma behind it, the first for `feature`; how many.
  std::size_t read_numbers(double* out, std::size_t feature, std::size_t width) noexcept;
  bool read_cell(std::size_t feature, double& value);
  bool read_odd_cell(std::size_t feature, double& value);
  bool read_string_cell(const model::Feature& wanted, double& value, std::optional<std::string>& complaint);
  bool read_wrapped_cell(std::size_t feature, double& value, std::optional<std::string>& complaint);
  bool read_base64_cell(const model::Feature& wanted, double& value, std::optional<std::string>& complaint);
  void take_text(const model::Feature& wanted, std::string_view text, double& value,
                 std::optional<std::string>& complaint);
  void report_name(std::string_view name, bool known);
  bool refuse_row(std::string_view expected);
  double* begin_row();
  void end_row();
  void report_width(std::size_t count);
  void report_missing();

  /// Where the row in hand stands, and a cell of it.
  std::string row_pointer() const;
  std::string cell_pointer(std::size_t feature) const;
  void report_row(std::string detail);

  JsonCursor& cursor_;
  const RowTarget& target_;
  const FeatureTable& features_;
  JsonScratch& scratch_;
  FieldErrors& errors_;
  const std::size_t mark_;
  std::string_view pointer_;
  std::size_t row_ = kBareRow;  ///< its number within the list, for pointers
  std::size_t rows_ = 0;
  RowForms forms_;
  Place place_ = Place::position;
  std::size_t filled_ = 0;  ///< values so far that were not sent with their rows
  bool wrapped_ = false;    ///< within a list of one
  bool too_many_ = false;
  bool common_open_ = false;  ///< the first row holds what all have in common, and nothing else yet
  std::span<const std::size_t> order_;
  std::size_t column_rows_ = kBareRow;  ///< of columns: values in each, as the first has; none has come yet
  std::size_t stride_ = 0;              ///< of columns: from one row to the next; 0 where values are checked only
};

/// The object at hand: `read_value(feature)` for each of its members that is a feature named for the first time, which
/// are added to `given`.
template <class ReadValue>
bool JsonRows::read_members(std::size_t& given, ReadValue&& read_value) {
  if (!cursor_.enter()) return false;
  const std::size_t width = features_.width();
  std::size_t guess = 0;
  bool more = !cursor_.leave_if('}');
  while (more) {
    std::string_view name;
    if (!cursor_.read_name(name, scratch_.name)) return false;
    const std::size_t feature = features_.find(name, guess);
    const bool known = feature != width;
    if (!known || scratch_.seen[feature] == scratch_.stamp) [[unlikely]] {
      if (known || !features_.takes_any_name()) report_name(name, known);
      if (!cursor_.skip_value()) return false;
    } else {
      scratch_.seen[feature] = scratch_.stamp;
      ++given;
      guess = feature + 1;
      if (!read_value(feature)) return false;
    }
    const JsonCursor::Next next = cursor_.next('}');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  return true;
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

/// The 413 for more rows than `limits` allow.
Problem too_many_rows(const ReadLimits& limits);
/// The same for more values that are not sent with their rows.
Problem too_many_filled(const ReadLimits& limits);
/// The 503 for a request that memory ran out over.
Problem out_of_memory();

}  // namespace pelton::codec
