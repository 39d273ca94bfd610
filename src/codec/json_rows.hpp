#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  std::vector<std::uint32_t> seen;  ///< by feature: the stamp of the last row that named it
  std::uint32_t stamp = 0;
};

/// Reads rows out of JSON: a list of values, an object of named values, or a list of either.
///
/// Field errors are collected and reading goes on, so that a caller hears of all of them; from the
/// first one on rows are checked but no longer kept, so that a refused body cannot take more memory
/// than its good part. Every reading function gives false where reading cannot go on: the cursor has
/// failed, or the limit of rows is passed (`too_many`).
class JsonRows {
 public:
  JsonRows(JsonCursor& cursor, const RowTarget& target, JsonScratch& scratch, FieldErrors& errors);

  /// The value at hand: one bare row, or a list of rows. `pointer` is where it stands.
  bool read_rows(std::string_view pointer, bool& single);
  /// The value at hand: one row.
  bool read_row(std::string_view pointer);

  std::size_t rows() const noexcept { return rows_; }
  bool too_many() const noexcept { return too_many_; }

 private:
  static constexpr std::size_t kBareRow = static_cast<std::size_t>(-1);

  bool read_batch();
  bool read_listed_row();
  bool read_named_row();
  /// The run of plain numbers at hand, each with a comma behind it, the first for `feature`; how many.
  std::size_t read_numbers(double* out, std::size_t feature, std::size_t width) noexcept;
  bool read_cell(std::size_t feature, double& value);
  bool read_odd_cell(std::size_t feature, double& value);
  bool read_string_cell(const model::Feature& wanted, double& value, std::optional<std::string>& complaint);
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
  bool by_name_ = false;
  bool too_many_ = false;
};

/// The 413 for more rows than `limits` allow.
Problem too_many_rows(const ReadLimits& limits);
/// The 503 for a request that memory ran out over.
Problem out_of_memory();

}  // namespace pelton::codec
