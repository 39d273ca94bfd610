// TensorFlow Serving's and KServe's V1: any bytes, every verb.
#include "codec/v1/v1_reader.hpp"
#include "dialect_fuzz.hpp"

using namespace pelton;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static codec::V1Reader reader;
  const fuzz::Body body(data, size);
  for (const codec::FeatureTable& features : fuzz::all_features()) {
    for (const codec::V1Verb verb : {codec::V1Verb::predict, codec::V1Verb::classify}) {
      fuzz::check_reader<codec::V1Request>(body.view(), features,
                                           [&](const codec::RowTarget& target, codec::V1Request& request) {
                                             return reader.read(body.view(), verb, target, request);
                                           });
    }
  }
  return 0;
}
