// What reading a request and writing its answer cost. Run on a quiet machine; items are numbers.

#include <benchmark/benchmark.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "codec/csv_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/raw_rows.hpp"
#include "codec/result_writer.hpp"

namespace {

using namespace pelton;

/// How many digits the numbers of a body have.
enum Digits : int { kTwoDecimals = 2, kShortest = 17 };

model::Schema schema_of(std::size_t features, bool named) {
  model::Schema schema;
  for (std::size_t i = 0; i < features; ++i) {
    schema.features.push_back({named ? "feature_" + std::to_string(i) : "", model::ElementType::float64, false});
  }
  model::OutputSpec output;
  output.name = "predict";
  schema.outputs[static_cast<std::size_t>(model::Method::predict)] = output;
  output.width = 3;
  schema.outputs[static_cast<std::size_t>(model::Method::predict_proba)] = output;
  return schema;
}

std::string number_text(double value, int digits) {
  char text[64];
  if (digits == kShortest) return {text, std::to_chars(text, text + sizeof text, value).ptr};
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.2f", value))};
}

struct Body {
  std::string text;
  std::size_t size = 0;
  std::string_view view() const { return std::string_view(text).substr(0, size); }
};

Body padded(std::string text) {
  Body body;
  body.size = text.size();
  body.text = std::move(text);
  body.text.append(codec::kReadPadding, '\0');
  return body;
}

/// Normally distributed features, as standardised data are.
std::vector<double> values_of(std::size_t count) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& value : values) value = normal(random);
  return values;
}

Body json_body(std::size_t rows, std::size_t features, int digits, bool named) {
  const std::vector<double> values = values_of(rows * features);
  std::string text = R"({"x":)";
  if (rows > 1) text += '[';
  for (std::size_t r = 0; r < rows; ++r) {
    if (r != 0) text += ',';
    text += named ? '{' : '[';
    for (std::size_t c = 0; c < features; ++c) {
      if (c != 0) text += ',';
      if (named) text.append("\"feature_").append(std::to_string(c)).append("\":");
      text += number_text(values[r * features + c], digits);
    }
    text += named ? '}' : ']';
  }
  if (rows > 1) text += ']';
  return padded(text + '}');
}

void read_json(benchmark::State& state, const Body& body, std::size_t features, bool named) {
  const codec::FeatureTable table(schema_of(features, named));
  math::RowBuffer rows(features);
  codec::NativeJsonReader reader;
  codec::PredictRequest request;
  std::size_t numbers = 0;
  for (auto _ : state) {
    rows.clear();
    const auto read = reader.read(body.view(), {table, rows}, request);
    if (!read) state.SkipWithError(read.error().detail.c_str());
    benchmark::DoNotOptimize(rows.view().data);
    numbers += rows.rows() * features;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(numbers));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size));
  state.counters["ns/number"] =
      benchmark::Counter(static_cast<double>(numbers) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void ReadArticle(benchmark::State& state) { read_json(state, padded(R"({"x":[2,3]})"), 2, false); }
BENCHMARK(ReadArticle);

void ReadJson(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const auto features = static_cast<std::size_t>(state.range(1));
  const bool named = state.range(3) != 0;
  read_json(state, json_body(rows, features, static_cast<int>(state.range(2)), named), features, named);
}
BENCHMARK(ReadJson)
    ->ArgNames({"rows", "features", "digits", "named"})
    ->ArgsProduct({{1, 1000}, {2, 32}, {kTwoDecimals, kShortest}, {0, 1}});

/// Rows of one text; items are rows. `escaped`: every text has an escape in it.
void ReadTexts(benchmark::State& state) {
  const auto rows_a_body = static_cast<std::size_t>(state.range(0));
  const auto length = static_cast<std::size_t>(state.range(1));
  std::string text = R"({"x":[)";
  for (std::size_t r = 0; r < rows_a_body; ++r) {
    if (r != 0) text += ',';
    text.append(R"([")")
        .append(length, static_cast<char>('a' + r % 26))
        .append(state.range(2) != 0 ? R"(\n"])" : R"("])");
  }
  const Body body = padded(text + "]}");
  model::Schema schema = schema_of(1, false);
  schema.features[0].type = model::ElementType::string;
  const codec::FeatureTable table(schema);
  math::RowBuffer rows(1);
  codec::NativeJsonReader reader;
  codec::PredictRequest request;
  for (auto _ : state) {
    rows.clear();
    const auto read = reader.read(body.view(), {table, rows}, request);
    if (!read) state.SkipWithError(read.error().detail.c_str());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows_a_body));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size));
}
BENCHMARK(ReadTexts)->ArgNames({"rows", "length", "escaped"})->ArgsProduct({{1, 1000}, {20, 400}, {0, 1}});

void ReadCsv(benchmark::State& state) {
  constexpr std::size_t kRows = 1000;
  constexpr std::size_t kFeatures = 32;
  const std::vector<double> values = values_of(kRows * kFeatures);
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += number_text(values[i], static_cast<int>(state.range(0)));
    text += (i + 1) % kFeatures == 0 ? '\n' : ',';
  }
  const Body body = padded(text);
  const codec::FeatureTable table(schema_of(kFeatures, false));
  math::RowBuffer rows(kFeatures);
  codec::CsvReader reader;
  codec::PredictRequest request;
  for (auto _ : state) {
    rows.clear();
    const auto read = reader.read(body.view(), {table, rows}, request);
    if (!read) state.SkipWithError(read.error().detail.c_str());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows * kFeatures));
}
BENCHMARK(ReadCsv)->ArgName("digits")->Arg(kTwoDecimals)->Arg(kShortest);

void ReadRaw(benchmark::State& state) {
  const std::vector<double> values = values_of(32'000);
  const std::string_view body(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  const codec::FeatureTable table(schema_of(32, false));
  math::RowBuffer rows(32);
  codec::PredictRequest request;
  for (auto _ : state) {
    rows.clear();
    const auto read = codec::read_raw_rows(body, codec::RawType::float64, {table, rows}, request);
    if (!read) state.SkipWithError(read.error().detail.c_str());
  }
  state.SetItemsProcessed(state.iterations() * 32'000);
}
BENCHMARK(ReadRaw);

/// Results as they come: `digits` 0 stands for whole numbers.
void WriteJson(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const auto method = state.range(1) == 1 ? model::Method::predict : model::Method::predict_proba;
  const codec::ResultWriter writer(schema_of(2, false), method);
  std::vector<double> values = values_of(rows * writer.width());
  for (double& value : values) {
    if (state.range(2) == kTwoDecimals) value = std::round(value * 100) / 100;
    if (state.range(2) == 0) value = std::round(value * 100);
  }
  core::TextBuffer out;
  for (auto _ : state) {
    out.clear();
    codec::ObjectWriter reply(out);
    writer.append_result(reply.member("result"), math::ConstMatrix(values.data(), rows, writer.width()), rows == 1);
    reply.finish();
    benchmark::DoNotOptimize(out.view().data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(WriteJson)
    ->ArgNames({"rows", "width", "digits"})
    ->ArgsProduct({{1, 1000}, {1, 3}, {0, kTwoDecimals, kShortest}});

}  // namespace
