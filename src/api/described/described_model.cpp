#include "api/described/described_model.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "codec/golden_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/row_writer.hpp"
#include "codec/text_source.hpp"
#include "serving/sample_rows.hpp"

namespace pelton::api {

namespace {

constexpr std::size_t kRows = 2;

/// The first golden rows that the model's file carries.
math::RowBuffer golden_rows(const ServedModel& served) {
  math::RowBuffer rows(served.features.width());
  const std::string& golden = served.loaded->model->description().attachments.golden;
  if (golden.empty()) return rows;
  codec::TextSource source(golden);
  codec::GoldenRows reader(source, served.features, served.schema(), codec::RowFormat::json);
  codec::ExpectedOutputs expected;
  while (rows.rows() < kRows) {
    const auto more = reader.next(rows, expected);
    // A file whose golden rows cannot be read does not get as far as this, unless nobody looks at them.
    if (!more || !*more) break;
  }
  return rows;
}

/// The same number with four digits, which people like better.
double shortened(double value) {
  if (!std::isfinite(value)) return value;
  std::array<char, 32> text;
  const char* const end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4).ptr;
  std::from_chars(text.data(), end, value);
  return value;
}

math::RowBuffer made_up_rows(const ServedModel& served) {
  math::RowBuffer rows = serving::sample_rows(*served.loaded->model, kRows);
  const auto& features = served.schema().features;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    for (std::size_t f = 0; f < features.size(); ++f) {
      double& value = rows.view()(r, f);
      const model::Feature& feature = features[f];
      const bool real = feature.type == model::ElementType::float32 || feature.type == model::ElementType::float64;
      if (real && feature.categories == nullptr) value = shortened(value);
      // Known by their numbers alone: a whole number is the name of one, if only of an unknown one.
      if (feature.categories != nullptr && feature.categories->names().empty()) value = std::round(value);
      if (feature.allowed != nullptr && !std::binary_search(feature.allowed->begin(), feature.allowed->end(), value)) {
        value = feature.allowed->front();
      }
    }
  }
  return rows;
}

void append_row(core::TextBuffer& out, const model::Schema& schema, const double* row) {
  schema.named() ? codec::append_named_row(out, schema, row) : codec::append_listed_row(out, schema, row);
}

/// Those of `rows` that are read back from their text: what a caller who copies the example sends.
math::RowBuffer taken(const ServedModel& served, const math::RowBuffer& rows) {
  math::RowBuffer kept(served.features.width());
  codec::NativeJsonReader reader;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    core::TextBuffer line;
    append_row(line, served.schema(), rows.view().row(r));
    const std::size_t size = line.size();
    line.append(std::string(codec::kReadPadding, '\0'));
    // Not every row is taken: a category may be known by its number alone.
    if (!reader.read_line(line.view().substr(0, size), 0, {served.features, kept})) continue;
  }
  return kept;
}

bool all_scored(const model::Model& model, math::ConstMatrix results) {
  for (std::size_t r = 0; r < results.rows; ++r) {
    if (results.cols != 0 && model.is_refused(results(r, 0))) return false;
  }
  return true;
}

}  // namespace

DescribedModel::DescribedModel(const ServedModel& model, bool is_newest, bool is_default, std::string component)
    : served_(&model), is_newest_(is_newest), is_default_(is_default), component_(std::move(component)) {
  rows_ = taken(model, golden_rows(model));
  if (rows_.rows() == 0) rows_ = taken(model, made_up_rows(model));
  const model::Model& scored = *model.loaded->model;
  model::Workspace workspace;
  for (const model::Method method : model::kAllMethods) {
    if (!schema().output(method)) continue;
    const std::size_t width = schema().output(method)->width;
    auto& out = results_[static_cast<std::size_t>(method)];
    out.resize(rows_.rows() * width);
    scored.score(std::as_const(rows_).view(), method, {out.data(), rows_.rows(), width}, workspace);
    if (!all_scored(scored, results(method))) rows_.clear();
  }
}

math::ConstMatrix DescribedModel::results(model::Method method) const noexcept {
  return {results_[static_cast<std::size_t>(method)].data(), rows_.rows(), schema().output(method)->width};
}

std::string DescribedModel::row_json(std::size_t row) const {
  core::TextBuffer out;
  append_row(out, schema(), rows().row(row));
  return std::string(out.view());
}

std::string DescribedModel::rows_json() const {
  std::string list = "[";
  for (std::size_t r = 0; r < rows_.rows(); ++r) list.append(r == 0 ? "" : ",").append(row_json(r));
  return list + "]";
}

std::string DescribedModel::result_json(model::Method method, bool single) const {
  core::TextBuffer out;
  served_->writer(method).append_result(out, results(method), single);
  return std::string(out.view());
}

}  // namespace pelton::api
