// Reads any bytes as a model of CatBoost's and, where they are one, scores a row with every method.
#include "formats/catboost/reader.hpp"

#include "model_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pelton;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)formats::catboost::looks_like_catboost(bytes);
  const auto model = formats::catboost::read_catboost_model(bytes, fuzz::small_options());
  if (model) fuzz::score_one_row(**model);
  return 0;
}
