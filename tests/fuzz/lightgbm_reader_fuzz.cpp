// Reads any bytes as a model of LightGBM's and, where they are one, scores a row with every method.
#include "formats/lightgbm/reader.hpp"

#include "model_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pelton;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)formats::lightgbm::looks_like_lightgbm(bytes);
  const auto model = formats::lightgbm::read_lightgbm_model(bytes, fuzz::small_options());
  if (model) fuzz::score_one_row(**model);
  return 0;
}
