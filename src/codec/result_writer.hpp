#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/text_buffer.hpp"
#include "math/matrix_view.hpp"
#include "model/schema.hpp"

namespace pelton::codec {

/// How the results of one method of one model are written; built once, then read-only (thread-safe).
///
/// Values print as the shortest text that reads back to the same number of the output's own type:
/// float64 and float32 with a fraction or exponent ("2.0"), int64 as integers, booleans as
/// true/false, labels as the JSON integer or string of the class. NaN and infinities have no JSON
/// form and are written as null (in CSV: an empty cell for NaN, `""` where it
/// is the only one, inf and -inf). Several values a row are a list, with lists inside where the output
/// has a shape; contributions of several classes a list a class.
class ResultWriter {
 public:
  /// The schema must offer the method (asserted).
  ResultWriter(const model::Schema& schema, model::Method method);

  static constexpr std::string_view kCrLf = "\r\n";

  std::size_t width() const noexcept { return width_; }
  /// Whether a row's result is a bare value.
  bool scalar() const noexcept { return scalar_; }
  /// How many values each list within a row holds, outermost first; empty where they are one list.
  const std::vector<std::size_t>& groups() const noexcept { return groups_; }

  /// The value of `result`: a row's value if `single`, else the list of all rows'. `results` is
  /// [rows, width()].
  void append_result(core::TextBuffer& out, math::ConstMatrix results, bool single) const;
  /// One row's value: `2.0`, `"setosa"`, `[0.25,0.75]`.
  void append_row(core::TextBuffer& out, const double* row) const;

  /// The type of raw results: "float32", "float64", "int64" or "bool"; empty where they are texts, which have no raw
  /// form.
  std::string_view raw_type() const noexcept;
  /// The results, little-endian, row after row, as raw_type says; one byte a bool.
  void append_raw(core::TextBuffer& out, math::ConstMatrix results) const;
  /// One line `{"result":…}` a row.
  void append_ndjson(core::TextBuffer& out, math::ConstMatrix results) const;
  /// `prediction`, or one column a class or value, ended by CRLF (RFC 4180).
  void append_csv_header(core::TextBuffer& out, std::string_view line_end = kCrLf) const {
    out.append(csv_header_);
    out.append(line_end);
  }
  void append_csv_rows(core::TextBuffer& out, math::ConstMatrix results, std::string_view line_end = kCrLf) const;
  /// A line of empty cells. Where there is one column it is `""`: readers pass over blank lines.
  void append_csv_missing(core::TextBuffer& out, std::string_view line_end = kCrLf) const;

 private:
  void append_value(core::TextBuffer& out, double value) const;
  void append_grouped(core::TextBuffer& out, const double* row) const;
  void append_values(core::TextBuffer& out, const double* values, std::size_t count) const;
  void append_csv_value(core::TextBuffer& out, double value) const;

  model::ElementType type_;
  std::size_t width_;
  std::vector<std::size_t> groups_;  ///< values in each list within a row, outermost first
  bool scalar_;
  bool labelled_;
  bool text_labels_ = false;
  std::vector<std::int64_t> label_numbers_;  ///< by class, where no label is a text
  std::vector<std::string> labels_;          ///< by class, as JSON
  std::vector<std::string> csv_labels_;      ///< by class, as a CSV cell
  std::string csv_header_;
};

/// A class label as plain text, and as JSON.
std::string label_text(const model::Label& label);
void append_label(core::TextBuffer& out, const model::Label& label);

/// Appends a double as JSON, shortest text that reads back to the same bits and always with a
/// fraction or exponent; whole numbers below 10^15 are written out ("100000.0"). NaN and infinities
/// become null.
void append_number(core::TextBuffer& out, double value);
void append_number(core::TextBuffer& out, float value);

/// Writes one JSON object member by member, so that each part of a reply can be added by whoever
/// knows it:
///
///     ObjectWriter reply(out);
///     writer.append_result(reply.member("result"), results, request.single);
///     reply.text("model", name).text("version", version);
///     reply.finish();
///
/// Names are the program's own and are written as they are.
class ObjectWriter {
 public:
  explicit ObjectWriter(core::TextBuffer& out) : out_(out) {}

  /// Begins a member; the caller appends its value to the buffer given back.
  core::TextBuffer& member(std::string_view name) {
    out_.append(first_ ? '{' : ',');
    first_ = false;
    out_.append('"');
    out_.append(name);
    out_.append("\":");
    return out_;
  }
  ObjectWriter& text(std::string_view name, std::string_view value) {
    core::append_json_string(member(name), value);
    return *this;
  }
  /// A value that is JSON already.
  ObjectWriter& raw(std::string_view name, std::string_view json) {
    member(name).append(json);
    return *this;
  }
  template <std::integral Integer>
  ObjectWriter& integer(std::string_view name, Integer value) {
    member(name).append_integer(value);
    return *this;
  }
  /// NaN and infinities become null.
  ObjectWriter& number(std::string_view name, double value) {
    append_number(member(name), value);
    return *this;
  }
  void finish() { out_.append(first_ ? std::string_view("{}") : std::string_view("}")); }

 private:
  core::TextBuffer& out_;
  bool first_ = true;
};

}  // namespace pelton::codec
