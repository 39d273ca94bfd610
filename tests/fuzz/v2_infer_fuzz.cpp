// V2 inference requests: bodies of JSON with bytes behind them. The first two bytes say how long the JSON is.
// Whatever comes, nothing is left behind, problems can be told, what is accepted is whole rows of what the model
// takes, and the padding behind the JSON does not matter.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "codec/v2/error_shape.hpp"
#include "codec/v2/generate_reader.hpp"
#include "codec/v2/infer_reader.hpp"
#include "core/utf8.hpp"
#include "require.hpp"

namespace {

using namespace pelton;

using pelton::fuzz::require;

/// A matrix of three numbers; or a number, a whole one, a text, a category and a truth, each an input.
model::Schema matrix_schema() {
  model::Schema schema;
  schema.features = {{.name = "a"}, {.name = "b", .takes_missing = true}, {.name = "c"}};
  schema.inputs = {{.name = "X", .first = 0, .width = 3}};
  schema.outputs[0] = model::OutputSpec{.name = "predict"};
  return schema;
}

model::Schema columns_schema() {
  model::Schema schema;
  schema.features = {{.name = "a", .type = model::ElementType::float32, .takes_missing = true},
                     {.name = "b", .type = model::ElementType::int64},
                     {.name = "c", .type = model::ElementType::string},
                     {.name = "d", .categories = model::make_categories({"red", "green"}, false)},
                     {.name = "e", .type = model::ElementType::boolean}};
  schema.outputs[0] = model::OutputSpec{.name = "predict"};
  schema.outputs[1] = model::OutputSpec{.name = "predict_proba", .width = 2, .scalar = false};
  return schema;
}

struct Subject {
  explicit Subject(const model::Schema& schema) : features(schema), tensors(schema) {}
  codec::FeatureTable features;
  codec::v2::TensorTable tensors;
};

void check_cells(const Subject& subject, const math::RowBuffer& rows, std::size_t mark) {
  const std::size_t width = subject.features.width();
  const double* cell = rows.view().data + mark * width;
  for (std::size_t i = mark * width; i < rows.rows() * width; ++i, ++cell) {
    const model::Feature& feature = subject.features[i % width];
    if (feature.is_text()) {
      require(core::is_utf8(core::text_of(*cell)));
    } else {
      require(!codec::misfit(feature, *cell));
    }
  }
}

template <class Read>
void check(const Subject& subject, Read&& read) {
  math::RowBuffer rows(subject.features.width());
  std::fill_n(rows.append_row(), subject.features.width(), 0);
  const double other = rows.put_text("another caller's");
  codec::v2::InferRequest request;
  const auto done =
      read(codec::v2::InferTarget{subject.tensors, {subject.features, rows, {.max_rows = 1000}}}, request);
  require(core::text_of(other) == "another caller's");
  if (done) {
    require(request.rows > 0 && rows.rows() == 1 + request.rows && request.output_count > 0);
    check_cells(subject, rows, 1);
    return;
  }
  require(rows.rows() == 1);
  const codec::Problem& problem = done.error();
  require(problem.status == 400 || problem.status == 413 || problem.status == 422);
  require(problem.errors.size() <= codec::kMaxFieldErrors);
  core::TextBuffer text;
  codec::v2::kErrorShape.append(text, problem);
  require(core::is_utf8(text.view()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Subject subjects[] = {Subject(matrix_schema()), Subject(columns_schema())};
  static codec::v2::InferReader reader;
  static codec::v2::GenerateReader generate;
  if (size < 2) return 0;
  const std::size_t wanted = data[0] + std::size_t{data[1]} * 256;
  data += 2;
  size -= 2;
  const std::unique_ptr<char[]> bytes(new char[size + 64]);
  if (size != 0) std::memcpy(bytes.get(), data, size);
  std::memset(bytes.get() + size, size == 0 ? '0' : bytes[size - 1], 64);
  const std::string_view body(bytes.get(), size);
  const std::string_view json = body.substr(0, std::min(wanted, size));
  for (const Subject& subject : subjects) {
    check(subject, [&](const auto& target, auto& request) {
      return reader.read(json, body.substr(json.size()), target, request);
    });
    check(subject, [&](const auto& target, auto& request) { return reader.read_raw(body, target, request); });
    check(subject, [&](const auto& target, auto& request) { return generate.read(body, target, request); });
  }
  return 0;
}
