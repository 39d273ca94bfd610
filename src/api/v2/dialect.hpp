#pragma once

#include "api/v2/generate.hpp"
#include "api/v2/infer.hpp"
#include "api/v2/models.hpp"
#include "api/v2/repository.hpp"
#include "api/v2/settings.hpp"

namespace pelton::api {

/// The Open Inference Protocol V2 with Triton's extensions: all its routes. Loop thread only.
class V2Dialect {
 public:
  V2Dialect(ThreadState& state, Predictions& predictions, ModelChores& chores)
      : infer_(state, predictions),
        generate_(state, predictions),
        models_(state),
        repository_(state, chores),
        settings_(state) {}

  void add_routes(Routes& routes) {
    infer_.add_routes(routes);
    generate_.add_routes(routes);
    models_.add_routes(routes);
    repository_.add_routes(routes);
    settings_.add_routes(routes);
    routes.described_by<&V2Dialect::describe>(*this);
  }
  /// Tells of all of them.
  void describe(Description& to) const;

 private:
  V2Infer infer_;
  V2Generate generate_;
  V2Models models_;
  V2Repository repository_;
  V2Settings settings_;
};

}  // namespace pelton::api
