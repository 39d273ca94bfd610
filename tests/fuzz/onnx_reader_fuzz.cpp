// Loads any bytes as a model and, where they are one, scores two rows with every method.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/load.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pelton;
  formats::Options options;
  options.limits.messages = 20'000;
  options.limits.features = 2'000;
  const auto model = formats::read_model({reinterpret_cast<const char*>(data), size}, "fuzz", options);
  if (!model) return 0;
  const model::Schema& schema = (*model)->schema();
  const std::size_t features = schema.features.size();
  std::vector<double> rows(2 * features, -2.5);
  for (std::size_t i = 0; i < features; ++i) rows[i] = static_cast<double>(i) + 0.25;
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
