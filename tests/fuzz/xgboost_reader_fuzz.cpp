// Loads any bytes as an XGBoost model and, where they are one, scores two rows with every method.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "formats/xgboost/model.hpp"
#include "model/model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pelton;
  formats::Options options;
  options.limits.features = 1'000;
  options.limits.classes = 300;
  options.limits.trees = 1'000;
  options.limits.tree_nodes = 100'000;
  if (size % 8 == 1) options.iterations.first = 1;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  formats::xgboost::looks_like_xgboost(bytes);
  const auto model = formats::xgboost::read_xgboost_model(bytes, options);
  if (!model) return 0;
  const model::Schema& schema = (*model)->schema();
  const std::size_t features = schema.features.size();
  std::vector<double> rows(2 * features, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < features; ++i) rows[i] = static_cast<double>(i) - 1.5;
  model::Workspace workspace;
  for (const model::Method method : model::kAllMethods) {
    const auto& spec = schema.output(method);
    if (!spec) continue;
    std::vector<double> values(2 * spec->width);
    (*model)->score({rows.data(), 2, features}, method, {values.data(), 2, spec->width}, workspace);
    if (!spec->labelled) continue;
    for (const double index : values) {
      if (!(index >= 0 && index < static_cast<double>(schema.classes.size()))) __builtin_trap();
    }
  }
  return 0;
}
