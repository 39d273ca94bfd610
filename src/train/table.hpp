#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "math/matrix_view.hpp"

namespace pelton::train {

/// Bounds on a table; beyond them it is refused with too_large.
struct TableLimits {
  std::size_t columns = 100'000;
  std::size_t cells = std::size_t{1} << 30;
};

/// A column of a table: numbers, or text as soon as one cell is not a number.
struct Column {
  std::string name;
  std::vector<double> numbers;  ///< one a row, NaN for an empty cell; empty for a column of text
  std::string text;             ///< the first cell that is not a number, and its line; "" for numbers
  std::size_t text_line = 0;
  std::size_t empty_line = 0;  ///< of the first empty cell; 0: none is empty

  bool is_text() const noexcept { return text_line != 0; }
};

struct Table {
  std::vector<Column> columns;
  std::size_t rows = 0;
};

/// Reads CSV (RFC 4180: quoted fields, "" for a quote within, LF or CRLF) whose first line names the
/// columns. A byte order mark and empty lines are passed over, blanks around numbers too. Numbers
/// are decimal; empty cells are missing values. malformed with line and column for anything else.
core::Result<Table> parse_csv(std::string_view text, const TableLimits& limits = {});

/// What a model learns from: features and one target.
struct Dataset {
  std::vector<std::string> feature_names;
  std::string target_name;
  std::vector<double> features;  ///< [rows, feature_names.size()], row-major
  std::vector<double> targets;   ///< one a row
  std::size_t rows = 0;

  math::ConstMatrix x() const noexcept { return {features.data(), rows, feature_names.size()}; }
  math::ConstMatrix y() const noexcept { return {targets.data(), rows, 1}; }
};

/// Takes column `target` out of a table of numbers as the target. invalid_argument where there is no
/// such column (with the nearest name), for columns of text (names all of them) and for missing
/// values (names the first's line).
core::Result<Dataset> make_dataset(const Table& table, std::string_view target);

}  // namespace pelton::train
