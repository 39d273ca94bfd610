// MLflow's /invocations: any bytes. Also what SageMaker asks to be loaded.
#include "codec/mlflow/invocation_reader.hpp"
#include "codec/sagemaker/load_request.hpp"
#include "dialect_fuzz.hpp"

using namespace pelton;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static codec::InvocationReader reader;
  const fuzz::Body body(data, size);
  for (const codec::FeatureTable& features : fuzz::all_features()) {
    fuzz::check_reader<codec::PredictRequest>(body.view(), features,
                                              [&](const codec::RowTarget& target, codec::PredictRequest& request) {
                                                return reader.read(body.view(), target, request);
                                              });
  }
  const auto load = codec::read_load_request(body.view());
  fuzz::require(load ? load->path.starts_with('/') : load.error().status == 400 || load.error().status == 422);
  return 0;
}
