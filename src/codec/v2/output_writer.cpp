#include "codec/v2/output_writer.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>
#include <variant>

#include "codec/result_writer.hpp"

namespace pelton::codec::v2 {

namespace {

template <class Element>
void append_raw(core::TextBuffer& out, Element value) {
  std::memcpy(out.room(sizeof value), &value, sizeof value);
  out.advance(sizeof value);
}

std::string as_element(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string element(sizeof length, '\0');
  std::memcpy(element.data(), &length, sizeof length);
  return element.append(text);
}

std::string json_string(std::string_view text) {
  core::TextBuffer json;
  core::append_json_string(json, text);
  return std::string(json.view());
}

std::string head_of(const std::string& name, Datatype type) {
  return R"({"name":)" + json_string(name) + R"(,"datatype":")" + std::string(to_string(type)) + '"';
}

void append_float(core::TextBuffer& out, double value, bool narrow) {
  if (std::isnan(value)) return out.append("NaN");
  if (std::isinf(value)) return out.append(value < 0 ? "-Infinity" : "Infinity");
  narrow ? append_number(out, static_cast<float>(value)) : append_number(out, value);
}

bool is_int64(double value) noexcept { return std::fabs(value) < 0x1p63; }
/// What is no integer, which JSON tells as it is, is the least one here.
std::int64_t to_int64(double value) noexcept {
  return is_int64(value) ? static_cast<std::int64_t>(value) : std::numeric_limits<std::int64_t>::min();
}

/// Larger first, NaN last; a row's order does not depend on anything else.
bool better(double a, double b) noexcept { return std::isnan(b) ? !std::isnan(a) : a > b; }

}  // namespace

OutputWriter::OutputWriter(const model::Schema& schema, const OutputTensor& tensor)
    : tensor_(tensor),
      width_(schema.output(tensor.method)->width),
      head_(head_of(tensor.name, tensor.datatype)),
      file_head_(head_of(tensor.file_name, tensor.datatype)),
      best_head_(head_of(tensor.name, Datatype::bytes)),
      best_file_head_(head_of(tensor.file_name, Datatype::bytes)) {
  if (tensor.labelled) {
    for (const model::Label& each : schema.classes) {
      const auto* number = std::get_if<std::int64_t>(&each);
      const bool bare = tensor.datatype == Datatype::int64;
      labels_.push_back(bare ? std::to_string(*number) : json_string(label_text(each)));
      std::string bytes(sizeof(std::int64_t), '\0');
      if (bare) std::memcpy(bytes.data(), number, sizeof *number);
      label_bytes_.push_back(bare ? std::move(bytes) : as_element(label_text(each)));
    }
    core::TextBuffer none;
    append_raw(none, std::numeric_limits<std::int64_t>::min());
    label_bytes_.push_back(tensor.datatype == Datatype::int64 ? std::string(none.view()) : as_element({}));
  } else if (tensor.shape.size() <= 1) {
    for (std::size_t column = 0; column < width_; ++column) {
      suffixes_.push_back(":" + std::to_string(column));
      if (width_ == schema.classes.size()) suffixes_.back() += ":" + label_text(schema.classes[column]);
    }
  }
}

std::size_t OutputWriter::classes(const OutputWish& wish) const noexcept {
  return std::min<std::size_t>(wish.classes, width_);
}

void OutputWriter::append_tensor(core::TextBuffer& out, math::ConstMatrix results, const OutputWish& wish) const {
  assert(results.cols == width_);
  if (wish.classes != 0) {
    out.append(wish.by_file_name ? best_file_head_ : best_head_);
  } else {
    out.append(wish.by_file_name ? file_head_ : head_);
  }
  append_shape(out, results.rows, wish);
  if (wish.binary) {
    out.append(R"(,"parameters":{"binary_data_size":)");
    out.append_integer(byte_count(results, wish));
    out.append("}}");
    return;
  }
  out.append(R"(,"data":[)");
  if (wish.classes != 0) {
    bool first = true;
    each_best(results, classes(wish), [&](std::string_view text) {
      if (!std::exchange(first, false)) out.append(',');
      core::append_json_string(out, text);
    });
  } else {
    append_data(out, results);
  }
  out.append("]}");
}

void OutputWriter::append_shape(core::TextBuffer& out, std::size_t rows, const OutputWish& wish) const {
  out.append(R"(,"shape":[)");
  out.append_integer(rows);
  if (wish.classes != 0) {
    out.append(',');
    out.append_integer(classes(wish));
  } else {
    for (const std::size_t dimension : tensor_.shape) {
      out.append(',');
      out.append_integer(dimension);
    }
  }
  out.append(']');
}

void OutputWriter::append_data(core::TextBuffer& out, math::ConstMatrix results) const {
  for (std::size_t r = 0; r < results.rows; ++r) {
    const double* const row = results.row(r);
    for (std::size_t c = 0; c < width_; ++c) {
      if (r + c != 0) out.append(',');
      append_value(out, row[c]);
    }
  }
}

inline void OutputWriter::append_value(core::TextBuffer& out, double value) const {
  if (tensor_.labelled) {
    const bool known = value >= 0 && value < static_cast<double>(labels_.size());
    return out.append(known ? std::string_view(labels_[static_cast<std::size_t>(value)]) : std::string_view("null"));
  }
  switch (tensor_.datatype) {
    case Datatype::int64:
      if (!is_int64(value)) return append_float(out, value, false);
      return out.append_integer(static_cast<std::int64_t>(value));
    case Datatype::boolean: return out.append(value != 0 ? "true" : "false");
    default: return append_float(out, value, tensor_.datatype == Datatype::fp32);
  }
}

const std::string& OutputWriter::label(double value) const noexcept {
  const bool known = value >= 0 && value < static_cast<double>(labels_.size());
  return known ? label_bytes_[static_cast<std::size_t>(value)] : label_bytes_.back();
}

std::size_t OutputWriter::byte_count(math::ConstMatrix results, const OutputWish& wish) const {
  std::size_t bytes = 0;
  if (wish.classes != 0) {
    each_best(results, classes(wish), [&](std::string_view text) { bytes += sizeof(std::uint32_t) + text.size(); });
    return bytes;
  }
  if (tensor_.datatype != Datatype::bytes) return results.rows * width_ * size_of(tensor_.datatype);
  for (std::size_t r = 0; r < results.rows; ++r) bytes += label(*results.row(r)).size();
  return bytes;
}

void OutputWriter::append_bytes(core::TextBuffer& out, math::ConstMatrix results, const OutputWish& wish) const {
  if (wish.classes != 0) {
    return each_best(results, classes(wish), [&](std::string_view text) {
      append_raw(out, static_cast<std::uint32_t>(text.size()));
      out.append(text);
    });
  }
  for (std::size_t r = 0; r < results.rows; ++r) {
    const double* const row = results.row(r);
    if (tensor_.labelled) {
      out.append(label(*row));
      continue;
    }
    switch (tensor_.datatype) {
      case Datatype::fp32:
        for (std::size_t c = 0; c < width_; ++c) append_raw(out, static_cast<float>(row[c]));
        break;
      case Datatype::int64:
        for (std::size_t c = 0; c < width_; ++c) append_raw(out, to_int64(row[c]));
        break;
      case Datatype::boolean:
        for (std::size_t c = 0; c < width_; ++c) append_raw(out, static_cast<std::uint8_t>(row[c] != 0));
        break;
      default: out.append({reinterpret_cast<const char*>(row), width_ * sizeof(double)}); break;
    }
  }
}

template <class Visit>
void OutputWriter::each_best(math::ConstMatrix results, std::size_t count, Visit&& visit) const {
  core::TextBuffer text;
  std::vector<std::size_t> order(width_);
  for (std::size_t r = 0; r < results.rows; ++r) {
    const double* const row = results.row(r);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
        [&](std::size_t a, std::size_t b) { return better(row[a], row[b]) || (!better(row[b], row[a]) && a < b); });
    for (std::size_t i = 0; i < count; ++i) {
      text.clear();
      append_value(text, row[order[i]]);
      text.append(suffixes_[order[i]]);
      visit(text.view());
    }
  }
}

}  // namespace pelton::codec::v2
