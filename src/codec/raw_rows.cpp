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

/// Values as they were sent, checked and settled where they lie.
class RawValues {
 public:
  /// `digits`: how many binary digits they were sent with.
  RawValues(double* values, int digits, const FeatureTable& features, std::size_t before, FieldErrors& errors) noexcept
      : values_(values), digits_(digits), features_(features), before_(before), errors_(errors) {}

  void check(std::size_t rows) {
    const std::size_t width = features_.width();
    const double* value = values_;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < width; ++c, ++value) {
        if (!(std::fabs(*value) <= features_.unseen_limit(c))) [[unlikely]] {
          check_odd(r, c);
        }
      }
    }
  }

 private:
  [[gnu::noinline]] void check_odd(std::size_t r, std::size_t c) {
    const model::Feature& feature = features_[c];
    const std::optional<std::string> complaint = settle(feature, digits_, values_[r * features_.width() + c]);
    if (!complaint) return;
    errors_.report([&] {
      std::string place = "row " + std::to_string(before_ + r + 1) + ", column " + std::to_string(c + 1);
      if (features_.named()) place.append(" (").append(in_quotes(feature.name)).append(")");
      return FieldError{{}, place.append(": ").append(*complaint)};
    });
  }

  double* values_;
  int digits_;
  const FeatureTable& features_;
  std::size_t before_;
  FieldErrors& errors_;
};

Problem wrong_length(std::size_t bytes, std::size_t row_bytes, std::size_t width) {
  Problem problem;
  problem.detail = "the body is " + counted(bytes, "byte") + " long, which is no whole number of rows of " +
                   std::to_string(row_bytes) + " bytes (" + counted(width, "value") + ")";
  if (bytes == 0) problem.detail = "expected at least one row, got an empty body";
  return problem;
}

/// The 415 for a model that such rows have nothing to give to, or nothing. What a text's cell holds is never
/// taken from outside.
[[gnu::noinline]] std::optional<Problem> refuse_texts(const FeatureTable& features) {
  for (std::size_t i = 0; i < features.width(); ++i) {
    if (features[i].type != model::ElementType::string) continue;
    Problem problem;
    problem.status = 415;
    problem.detail = "application/octet-stream holds numbers only, and the model's feature ";
    problem.detail += features.named() ? in_quotes(features[i].name) : std::to_string(i + 1);
    problem.detail += " is text; send JSON, NDJSON or CSV";
    return problem;
  }
  return std::nullopt;
}

}  // namespace

core::Result<void, Problem> read_raw_rows(std::string_view body, RawType type, const RowTarget& target,
                                          PredictRequest& request, std::size_t before) {
  assert(target.rows.cols() == target.features.width());
  RowsMark mark(target.rows);
  request = {};
  request.first_row = mark.first_row();
  if (auto problem = refuse_texts(target.features)) return std::move(*problem);
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
    const int digits = narrow ? std::numeric_limits<float>::digits : std::numeric_limits<double>::digits;
    RawValues(out, digits, target.features, before, errors).check(rows);
    if (!errors.empty()) return errors.take_problem();
    request.rows = rows;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  mark.keep();
  return {};
}

}  // namespace pelton::codec
