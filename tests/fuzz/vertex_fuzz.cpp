// Vertex AI's predict route: any bytes.
#include "codec/vertex/vertex_reader.hpp"
#include "dialect_fuzz.hpp"

using namespace pelton;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const codec::FeatureTable features(fuzz::schema_of(fuzz::Features::named));
  static codec::VertexReader reader;
  const fuzz::Body body(data, size);
  fuzz::check_reader<codec::PredictRequest>(body.view(), features,
                                            [&](const codec::RowTarget& target, codec::PredictRequest& request) {
                                              return reader.read(body.view(), target, request);
                                            });
  return 0;
}
