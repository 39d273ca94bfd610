#pragma once

#include "api/v2/infer.hpp"

namespace pelton::api {

/// The Open Inference Protocol V2 with Triton's extensions: all its routes. Loop thread only.
class V2Dialect {
 public:
  V2Dialect(ThreadState& state, Predictions& predictions) : infer_(state, predictions) {}

  void add_routes(Routes& routes) { infer_.add_routes(routes); }

 private:
  V2Infer infer_;
};

}  // namespace pelton::api
