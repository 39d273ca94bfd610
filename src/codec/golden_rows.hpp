#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/csv_rows.hpp"
#include "codec/json_rows.hpp"
#include "codec/record_reader.hpp"

namespace pelton::codec {

/// One value that a golden row expects.
struct ExpectedValue {
  enum class Kind : std::uint8_t { number, text, nothing };
  Kind kind = Kind::nothing;  ///< nothing: null, NaN or an empty cell; what NaN and infinities are written as
  double number = 0;          ///< of a number
  std::string text;           ///< as the file has it, a string without its quotes
};

/// What a golden row expects, by method; empty where it says nothing of a method.
using ExpectedOutputs = std::array<std::optional<std::vector<ExpectedValue>>, model::kMethodCount>;

/// Reads golden rows, features and the outputs they are known to have, from the formats of RowStream.
///
/// JSON and NDJSON rows are objects: `x` (a list or an object of features) and a member for each
/// method known, such as `predict` or `predict_proba`; `prediction` and `result` are other names of
/// predict. CSV has a header: beside the features a column named as the method (or `prediction`),
/// or, where a method gives several values, columns `METHOD_0`, `METHOD_1`, … or `METHOD:CLASS`.
/// Not thread-safe.
class GoldenRows {
 public:
  GoldenRows(ByteSource& source, const FeatureTable& features, const model::Schema& schema,
             std::optional<RowFormat> format)
      : records_(source, format), features_(features), schema_(schema) {}

  /// Appends the next row's features to `rows` and gives what it expects; false at the end. Errors
  /// of the row at `line()` and of the stream alike end the reading.
  core::Result<bool> next(math::RowBuffer& rows, ExpectedOutputs& expected);
  std::size_t line() const noexcept { return line_; }

 private:
  /// A column of the file that holds an output.
  struct Column {
    model::Method method;
    std::size_t value;
  };

  core::Result<bool> next_record(Record& record);
  core::Result<void> open_csv(const Record& header);
  std::optional<Column> output_column(std::string_view name) const;
  core::Result<void> read_csv(const Record& record, math::RowBuffer& rows, ExpectedOutputs& expected);
  core::Result<void> read_json(const Record& record, math::RowBuffer& rows, ExpectedOutputs& expected);
  core::Result<void> check(const ExpectedOutputs& expected) const;

  RecordReader records_;
  const FeatureTable& features_;
  const model::Schema& schema_;
  CsvReader csv_{false};
  JsonScratch scratch_;
  std::vector<Column> columns_;  ///< by extra of the CSV reader
  std::size_t line_ = 1;
  bool opened_ = false;
};

}  // namespace pelton::codec
