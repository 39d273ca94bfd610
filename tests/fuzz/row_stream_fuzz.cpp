// Streams of rows, golden ones among them: whatever the bytes and however they arrive, the same rows
// and the same complaints; and what a stream takes whole, the reader of whole bodies takes alike. Every
// stream is read for a model with categories and for one that takes a text.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/golden_rows.hpp"
#include "codec/row_stream.hpp"
#include "require.hpp"
#include "row_schema.hpp"

namespace {

using namespace pelton;

using pelton::fuzz::require;

model::Schema fuzzed_schema(bool texts) {
  model::Schema schema = fuzz::row_schema(texts);
  schema.classes = {std::string("no"), std::string("yes")};
  schema.outputs[0] = model::OutputSpec{.name = "predict", .labelled = true};
  schema.outputs[1] = model::OutputSpec{.name = "predict_proba", .width = 2, .scalar = false};
  return schema;
}

class Pieces final : public codec::ByteSource {
 public:
  Pieces(std::string_view text, std::size_t piece) : text_(text), piece_(piece) {}
  core::Result<std::size_t> read(char* to, std::size_t most) override {
    const std::size_t n = std::min({most, piece_, text_.size()});
    if (n != 0) std::memcpy(to, text_.data(), n);
    text_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view text_;
  std::size_t piece_;
};

struct Outcome {
  codec::RowFormat format{};
  std::vector<std::uint64_t> values;
  std::vector<std::string> texts;
  std::vector<std::string> told;
  bool operator==(const Outcome&) const = default;
};

void keep_values(const math::RowBuffer& rows, const codec::FeatureTable& features, Outcome& outcome) {
  const math::ConstMatrix all = rows.view();
  for (std::size_t i = 0; i < all.rows * all.cols; ++i) {
    if (features[i % all.cols].is_text()) {
      outcome.texts.emplace_back(core::text_of(all.data[i]));
      continue;
    }
    outcome.values.push_back(std::bit_cast<std::uint64_t>(all.data[i]));
  }
}

Outcome stream(std::string_view text, std::size_t piece, const codec::FeatureTable& features) {
  Pieces source(text, piece);
  codec::RowStream rows_of(source, features);
  math::RowBuffer rows(features.width());
  Outcome outcome;
  for (;;) {
    const std::size_t before = rows.rows();
    const auto step = rows_of.next(rows);
    if (!step) {
      outcome.told.push_back(std::to_string(rows_of.line()) + step.error().message());
      break;
    }
    require(rows.rows() == before + (*step == codec::RowStream::Step::row ? 1 : 0));
    if (*step == codec::RowStream::Step::bad_row) {
      outcome.told.push_back(std::to_string(rows_of.line()) + rows_of.complaint());
    }
    if (*step == codec::RowStream::Step::end) break;
    if (*step == codec::RowStream::Step::dry) require(rows_of.refill().has_value());
  }
  outcome.format = *rows_of.format();
  keep_values(rows, features, outcome);
  return outcome;
}

Outcome golden(std::string_view text, std::size_t piece, const codec::FeatureTable& features,
               const model::Schema& schema) {
  Pieces source(text, piece);
  codec::GoldenRows rows_of(source, features, schema, {});
  math::RowBuffer rows(features.width());
  Outcome outcome;
  for (;;) {
    codec::ExpectedOutputs expected;
    const auto more = rows_of.next(rows, expected);
    if (!more) outcome.told.push_back(std::to_string(rows_of.line()) + more.error().message());
    if (!more || !*more) break;
    for (const auto& values : expected) {
      if (!values) continue;
      for (const codec::ExpectedValue& value : *values) outcome.told.push_back(value.text);
    }
  }
  keep_values(rows, features, outcome);
  return outcome;
}

/// A stream without complaints holds what a whole body of its format does.
void compare_with_body(std::string_view text, const Outcome& streamed, const codec::FeatureTable& features) {
  if (!streamed.told.empty() || streamed.values.empty() || streamed.format == codec::RowFormat::json) return;
  const std::unique_ptr<char[]> bytes(new char[text.size() + codec::kReadPadding]);
  std::memcpy(bytes.get(), text.data(), text.size());
  std::memset(bytes.get() + text.size(), '7', codec::kReadPadding);
  std::string_view body(bytes.get(), text.size());
  math::RowBuffer rows(features.width());
  codec::PredictRequest request;
  if (streamed.format == codec::RowFormat::csv) {
    codec::CsvReader reader;
    require(reader.read(body, {features, rows}, request).has_value());
  } else {
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    codec::NativeJsonReader reader;
    require(reader.read_lines(body, {features, rows}, request).has_value());
  }
  Outcome whole;
  keep_values(rows, features, whole);
  require(whole.values == streamed.values && whole.texts == streamed.texts);
}

void check(std::string_view text, std::size_t piece, const model::Schema& schema, const codec::FeatureTable& features) {
  const Outcome streamed = stream(text, text.size() + 1, features);
  require(stream(text, piece, features) == streamed);
  require(golden(text, piece, features, schema) == golden(text, text.size() + 1, features, schema));
  compare_with_body(text, streamed, features);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const model::Schema categories = fuzzed_schema(false);
  static const codec::FeatureTable by_category(categories);
  static const model::Schema texts = fuzzed_schema(true);
  static const codec::FeatureTable by_text(texts);
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 16;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check(text, piece, categories, by_category);
  check(text, piece, texts, by_text);
  return 0;
}
