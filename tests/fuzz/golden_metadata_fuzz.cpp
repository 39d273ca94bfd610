// Golden rows in a model file's metadata, with their tolerance: whatever they say, they are rows and
// expected values that fit the model, or one error; and a file that is refused is refused for its reason.

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/golden_rows.hpp"
#include "codec/text_source.hpp"
#include "formats/load.hpp"
#include "formats/onnx/graph_writer.hpp"
#include "require.hpp"

namespace {

using namespace pelton;

using pelton::fuzz::require;

/// Two features to their negatives; the input up to the first zero byte is the tolerance, the rest the rows.
std::string file_with(std::string_view input) {
  formats::onnx::GraphWriter writer("fuzz");
  writer.input("x", formats::onnx::DataType::float64, 2);
  writer.node({"Neg", {"x"}, {"y"}, "n"});
  writer.output("y", formats::onnx::DataType::float64, 2);
  writer.metadata("feature_names", R"(["a","b"])");
  writer.metadata("missing_features", R"(["b"])");
  const std::size_t end = input.find('\0');
  if (end != std::string_view::npos) {
    writer.metadata("pelton.golden.tolerance", input.substr(0, end));
    input.remove_prefix(end + 1);
  }
  writer.metadata("pelton.golden", input);
  return writer.finish(18);
}

void read_rows(const model::Model& model) {
  const codec::FeatureTable features(model.schema());
  codec::TextSource source(model.description().attachments.golden);
  codec::GoldenRows golden(source, features, model.schema(), codec::RowFormat::json);
  math::RowBuffer rows(features.width());
  codec::ExpectedOutputs expected;
  for (std::size_t count = 0;; ++count) {
    const auto more = golden.next(rows, expected);
    if (!more || !*more) break;
    require(rows.rows() == count + 1);
    const auto& predict = expected[0];
    require(predict.has_value() && predict->size() == 2);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = formats::read_model(file_with({reinterpret_cast<const char*>(data), size}), "fuzz");
  if (!model) return 0;
  const auto& tolerance = (*model)->description().attachments.tolerance;
  require(!tolerance || (*tolerance >= 0 && *tolerance <= 1));
  read_rows(**model);
  return 0;
}
