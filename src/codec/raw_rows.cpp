#include "codec/raw_rows.hpp"

#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "codec/field_errors.hpp"
#include "codec/json_rows.hpp"

namespace pelton::codec {

std::optional<RawType> parse_raw_type(std::string_view name) noexcept {
  if (name == "float64" || name == "<f8") return RawType::float64;
  if (name == "float32" || name == "<f4") return RawType::float32;
  return std::nullopt;
}

namespace {

template <class Float>
void widen(const char* bytes, double* out, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    Float value;
    std::memcpy(&value, bytes + i * sizeof(Float), sizeof(Float));
    out[i] = static_cast<double>(value);
  }
}

/// Puts the number of a category in the place of the whole number that names it, which is told by a
/// float of `digits` binary digits. Gives what is wrong with the value.
std::optional<std::string> settle(const model::Feature& feature, int digits, double& value) {
  if (!numbers_are_names(feature) || !std::isfinite(value)) return misfit(feature, value);
  auto category = category_of_value(feature, value, digits);
  if (!category) return std::move(category).error();
  value = *category;
  return std::nullopt;
}

/// `digits`: how many binary digits the values were sent with.
void check_values(double* values, std::size_t rows, const FeatureTable& features, int digits, FieldErrors& errors) {
  const std::size_t width = features.width();
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < width; ++c) {
      double& value = values[r * width + c];
      if (std::fabs(value) <= features.unseen_limit(c)) [[likely]] {
        continue;
      }
      std::optional<std::string> complaint = settle(features[c], digits, value);
      if (!complaint) continue;
      errors.report([&] {
        std::string place = "row " + std::to_string(r + 1) + ", column " + std::to_string(c + 1);
        if (features.named()) place.append(" (").append(in_quotes(features[c].name)).append(")");
        return FieldError{{}, place.append(": ").append(*complaint)};
      });
    }
  }
}

Problem wrong_length(std::size_t bytes, std::size_t row_bytes, std::size_t width) {
  Problem problem;
  problem.detail = "the body is " + counted(bytes, "byte") + " long, which is no whole number of rows of " +
                   std::to_string(row_bytes) + " bytes (" + counted(width, "value") + ")";
  if (bytes == 0) problem.detail = "expected at least one row, got an empty body";
  return problem;
}

}  // namespace

core::Result<void, Problem> read_raw_rows(std::string_view body, RawType type, const RowTarget& target,
                                          PredictRequest& request) {
  assert(target.rows.cols() == target.features.width());
  RowsMark mark(target.rows);
  request = {};
  request.first_row = mark.first_row();
  const std::size_t width = target.features.width();
  const std::size_t row_bytes = width * (type == RawType::float32 ? sizeof(float) : sizeof(double));
  try {
    if (row_bytes == 0 || body.empty() || body.size() % row_bytes != 0) {
      return wrong_length(body.size(), row_bytes, width);
    }
    const std::size_t rows = body.size() / row_bytes;
    if (rows > target.limits.max_rows) return too_many_rows(target.limits);
    double* const out = target.rows.append_rows(rows);
    if (type == RawType::float32) {
      widen<float>(body.data(), out, rows * width);
    } else {
      widen<double>(body.data(), out, rows * width);
    }
    FieldErrors errors;
    const bool narrow = type == RawType::float32;
    check_values(out, rows, target.features,
                 narrow ? std::numeric_limits<float>::digits : std::numeric_limits<double>::digits, errors);
    if (!errors.empty()) return errors.take_problem();
    request.rows = rows;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return {};
}

}  // namespace pelton::codec
