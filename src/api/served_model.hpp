#pragma once

#include <array>
#include <cassert>
#include <map>
#include <memory>
#include <utility>

#include "api/dialect.hpp"
#include "codec/feature_table.hpp"
#include "codec/result_writer.hpp"
#include "metrics/registry.hpp"
#include "serving/inference_statistics.hpp"
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

/// What a dialect keeps of a model, built once: derived from by each that does.
struct DialectPart {
  virtual ~DialectPart() = default;
};

/// A loaded model as one thread answers for it: how its requests are read and its results written.
struct ServedModel {
  ServedModel(std::shared_ptr<const serving::LoadedModel> model, metrics::Registry& registry,
              serving::InferenceStatistics& statistics, std::size_t shard);

  const model::Schema& schema() const noexcept { return loaded->model->schema(); }
  const codec::ResultWriter& writer(model::Method method) const noexcept {
    return *writers[static_cast<std::size_t>(method)];
  }
  /// The dialect's own part, made of the loaded model when it is first asked for.
  template <class Part>
  const Part& part(Dialect dialect) {
    std::unique_ptr<DialectPart>& own = parts[static_cast<std::size_t>(dialect)];
    if (!own) own = std::make_unique<Part>(*loaded);
    return static_cast<const Part&>(*own);
  }
  /// The same, where it has been made (asserted).
  template <class Part>
  const Part& part(Dialect dialect) const {
    assert(parts[static_cast<std::size_t>(dialect)]);
    return static_cast<const Part&>(*parts[static_cast<std::size_t>(dialect)]);
  }

  std::shared_ptr<const serving::LoadedModel> loaded;
  codec::FeatureTable features;
  std::array<std::unique_ptr<codec::ResultWriter>, model::kMethodCount> writers;
  std::array<std::unique_ptr<DialectPart>, kDialectCount> parts;
  AnswerCounts counts;
  serving::InferenceCounts& inferences;
  std::size_t calls = 0;  ///< requests in hand that point here
};

}  // namespace pelton::api
