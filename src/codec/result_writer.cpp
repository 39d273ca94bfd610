#include "codec/result_writer.hpp"

#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <variant>

namespace pelton::codec {

namespace {

constexpr double kWrittenOut = 1e15;  ///< whole numbers below it are exact and short enough to write out

template <class Float>
void append_float(core::TextBuffer& out, Float value) {
  if (value == std::trunc(value) && std::fabs(value) < static_cast<Float>(kWrittenOut)) {
    char* const at = out.room(24);
    char* p = at;
    if (std::signbit(value)) *p++ = '-';
    p = std::to_chars(p, at + 20, static_cast<std::int64_t>(std::fabs(value))).ptr;
    *p++ = '.';
    *p++ = '0';
    out.advance(static_cast<std::size_t>(p - at));
  } else if (std::isfinite(value)) {
    core::append_json_number(out, value);
  } else {
    out.append("null");
  }
}

/// A CSV cell (RFC 4180): in quotes where it has to be.
std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell += '"';
}

/// The name of one column of a method's results.
std::string column_name(const model::Schema& schema, model::Method method, std::size_t width, std::size_t group,
                        std::size_t column) {
  if (method == model::Method::contrib) {
    const std::size_t feature = column % group;
    std::string name = feature + 1 == group                    ? "base_value"
                       : feature >= schema.features.size()     ? "value_" + std::to_string(feature)
                       : schema.features[feature].name.empty() ? "feature_" + std::to_string(feature)
                                                               : schema.features[feature].name;
    if (group == width) return name;
    const std::size_t index = column / group;
    const std::string of = index < schema.classes.size() ? label_text(schema.classes[index]) : std::to_string(index);
    return of + ":" + name;
  }
  if (method == model::Method::leaf) return "tree_" + std::to_string(column);
  if (width == 1) return "prediction";
  if (width == schema.classes.size()) return label_text(schema.classes[column]);
  return "value_" + std::to_string(column);
}

/// How many values each list within a row holds, of values of this shape.
std::vector<std::size_t> groups_of(const std::vector<std::size_t>& shape, std::size_t width) {
  std::vector<std::size_t> groups;
  for (std::size_t d = 0; d + 1 < shape.size(); ++d) {
    assert(shape[d] > 0 && width % shape[d] == 0);
    width /= shape[d];
    groups.push_back(width);
  }
  return groups;
}

}  // namespace

std::string label_text(const model::Label& label) {
  if (const auto* number = std::get_if<std::int64_t>(&label)) return std::to_string(*number);
  return std::get<std::string>(label);
}

void append_label(core::TextBuffer& out, const model::Label& label) {
  if (const auto* number = std::get_if<std::int64_t>(&label)) {
    out.append_integer(*number);
  } else {
    core::append_json_string(out, std::get<std::string>(label));
  }
}

void append_number(core::TextBuffer& out, double value) { append_float(out, value); }
void append_number(core::TextBuffer& out, float value) { append_float(out, value); }

ResultWriter::ResultWriter(const model::Schema& schema, model::Method method) {
  const std::optional<model::OutputSpec>& output = schema.output(method);
  assert(output.has_value());
  type_ = output->type;
  width_ = output->width;
  scalar_ = output->scalar && width_ == 1;
  labelled_ = output->labelled;
  const std::size_t explained = schema.features.size() + 1;
  if (method == model::Method::contrib && width_ > explained && width_ % explained == 0) groups_ = {explained};
  if (!output->shape.empty()) groups_ = groups_of(output->shape, width_);
  if (labelled_) {
    for (const model::Label& label : schema.classes) {
      core::TextBuffer json;
      append_label(json, label);
      labels_.emplace_back(json.view());
      csv_labels_.push_back(csv_cell(label_text(label)));
      const auto* const number = std::get_if<std::int64_t>(&label);
      text_labels_ = text_labels_ || number == nullptr;
      label_numbers_.push_back(number != nullptr ? *number : 0);
    }
  }
  const std::size_t group = groups_.empty() ? width_ : groups_.back();
  for (std::size_t column = 0; column < width_; ++column) {
    if (column != 0) csv_header_ += ',';
    csv_header_ += csv_cell(column_name(schema, method, width_, group, column));
  }
}

inline void ResultWriter::append_value(core::TextBuffer& out, double value) const {
  if (labelled_) {
    const bool known = value >= 0 && value < static_cast<double>(labels_.size());
    out.append(known ? std::string_view(labels_[static_cast<std::size_t>(value)]) : std::string_view("null"));
    return;
  }
  switch (type_) {
    case model::ElementType::float32: append_float(out, static_cast<float>(value)); break;
    case model::ElementType::int64:
      if (std::fabs(value) < 0x1p63) {
        out.append_integer(static_cast<std::int64_t>(value));
      } else {
        append_float(out, value);
      }
      break;
    case model::ElementType::boolean: out.append(value != 0 ? "true" : "false"); break;
    case model::ElementType::float64:
    case model::ElementType::string: append_float(out, value); break;
  }
}

void ResultWriter::append_values(core::TextBuffer& out, const double* values, std::size_t count) const {
  out.append('[');
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out.append(',');
    append_value(out, values[i]);
  }
  out.append(']');
}

void ResultWriter::append_grouped(core::TextBuffer& out, const double* row) const {
  out.append('[');
  for (std::size_t i = 0; i < width_; ++i) {
    if (i != 0) out.append(',');
    for (const std::size_t group : groups_) {
      if (i % group == 0) out.append('[');
    }
    append_value(out, row[i]);
    for (const std::size_t group : groups_) {
      if ((i + 1) % group == 0) out.append(']');
    }
  }
  out.append(']');
}

void ResultWriter::append_row(core::TextBuffer& out, const double* row) const {
  if (scalar_) {
    append_value(out, row[0]);
    return;
  }
  groups_.empty() ? append_values(out, row, width_) : append_grouped(out, row);
}

void ResultWriter::append_result(core::TextBuffer& out, math::ConstMatrix results, bool single) const {
  assert(results.cols == width_);
  if (single) {
    append_row(out, results.row(0));
    return;
  }
  out.append('[');
  for (std::size_t r = 0; r < results.rows; ++r) {
    if (r != 0) out.append(',');
    append_row(out, results.row(r));
  }
  out.append(']');
}

void ResultWriter::append_ndjson(core::TextBuffer& out, math::ConstMatrix results) const {
  for (std::size_t r = 0; r < results.rows; ++r) {
    out.append(R"({"result":)");
    append_row(out, results.row(r));
    out.append("}\n");
  }
}

namespace {

/// As a whole number of 64 bits; NaN is the least one, as NumPy's conversion has it, and what is beyond the range is
/// its end.
std::int64_t whole(double value) noexcept {
  if (std::isnan(value) || value < -0x1p63) return std::numeric_limits<std::int64_t>::min();
  return value < 0x1p63 ? static_cast<std::int64_t>(value) : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

std::string_view ResultWriter::raw_type() const noexcept {
  if (labelled_) return text_labels_ ? std::string_view() : "int64";
  switch (type_) {
    case model::ElementType::float32: return "float32";
    case model::ElementType::int64: return "int64";
    case model::ElementType::boolean: return "bool";
    case model::ElementType::float64:
    case model::ElementType::string: break;
  }
  return "float64";
}

void ResultWriter::append_raw(core::TextBuffer& out, math::ConstMatrix results) const {
  static_assert(std::endian::native == std::endian::little);
  const auto append_each = [&](auto&& element_of) {
    using Element = decltype(element_of(0.0));
    char* at = out.room(results.rows * results.cols * sizeof(Element));
    for (std::size_t r = 0; r < results.rows; ++r) {
      for (const double* value = results.row(r); value != results.row(r) + results.cols; ++value) {
        const Element element = element_of(*value);
        std::memcpy(at, &element, sizeof element);
        at += sizeof element;
      }
    }
    out.advance(results.rows * results.cols * sizeof(Element));
  };
  if (labelled_) {
    return append_each([this](double value) {
      const bool known = value >= 0 && value < static_cast<double>(label_numbers_.size());
      return known ? label_numbers_[static_cast<std::size_t>(value)] : whole(std::nan(""));
    });
  }
  switch (type_) {
    case model::ElementType::float32: return append_each([](double value) { return static_cast<float>(value); });
    case model::ElementType::int64: return append_each(whole);
    case model::ElementType::boolean:
      return append_each([](double value) { return static_cast<std::uint8_t>(value != 0); });
    case model::ElementType::float64:
    case model::ElementType::string: return append_each([](double value) { return value; });
  }
}

void ResultWriter::append_csv_value(core::TextBuffer& out, double value) const {
  if (labelled_) {
    const bool known = value >= 0 && value < static_cast<double>(csv_labels_.size());
    if (known) out.append(csv_labels_[static_cast<std::size_t>(value)]);
  } else if (std::isfinite(value)) {
    append_value(out, value);
  } else if (std::isinf(value)) {
    out.append(value < 0 ? "-inf" : "inf");
  }
}

void ResultWriter::append_csv_rows(core::TextBuffer& out, math::ConstMatrix results, std::string_view line_end) const {
  for (std::size_t r = 0; r < results.rows; ++r) {
    const double* const row = results.row(r);
    const std::size_t begin = out.size();
    for (std::size_t c = 0; c < width_; ++c) {
      if (c != 0) out.append(',');
      append_csv_value(out, row[c]);
    }
    if (out.size() == begin) {
      append_csv_missing(out, line_end);
    } else {
      out.append(line_end);
    }
  }
}

void ResultWriter::append_csv_missing(core::TextBuffer& out, std::string_view line_end) const {
  if (width_ < 2) out.append("\"\"");
  for (std::size_t c = 1; c < width_; ++c) out.append(',');
  out.append(line_end);
}

}  // namespace pelton::codec
