#pragma once

#include <array>
#include <map>
#include <memory>
#include <utility>

#include "api/dialect.hpp"
#include "codec/feature_table.hpp"
#include "codec/result_writer.hpp"
#include "metrics/registry.hpp"
#include "serving/loaded_model.hpp"

namespace pelton::api {

/// pelton_requests_total for one model version (or for none) and thread. Loop thread only.
class AnswerCounts {
 public:
  AnswerCounts(metrics::Registry& registry, std::string model, std::string version, std::size_t shard)
      : registry_(registry), model_(std::move(model)), version_(std::move(version)), shard_(shard) {}

  void add(Dialect dialect, int status) {
    if (dialect == last_dialect_ && status == last_status_) return last_->add();
    add_other(dialect, status);
  }

 private:
  void add_other(Dialect dialect, int status);

  metrics::Registry& registry_;
  std::string model_;
  std::string version_;
  std::size_t shard_;
  std::map<std::pair<Dialect, int>, metrics::Counter*> cells_;
  Dialect last_dialect_ = Dialect::http;
  int last_status_ = 0;
  metrics::Counter* last_ = nullptr;
};

/// A loaded model as one thread answers for it: how its requests are read and its results written.
struct ServedModel {
  ServedModel(std::shared_ptr<const serving::LoadedModel> model, metrics::Registry& registry, std::size_t shard);

  const model::Schema& schema() const noexcept { return loaded->model->schema(); }
  const codec::ResultWriter& writer(model::Method method) const noexcept {
    return *writers[static_cast<std::size_t>(method)];
  }

  std::shared_ptr<const serving::LoadedModel> loaded;
  codec::FeatureTable features;
  std::array<std::unique_ptr<codec::ResultWriter>, model::kMethodCount> writers;
  AnswerCounts counts;
  std::size_t calls = 0;  ///< requests in hand that point here
};

}  // namespace pelton::api
