#include "api/served_model.hpp"

namespace pelton::api {

void AnswerCounts::add_other(Dialect dialect, int status) {
  metrics::Counter*& cell = cells_[{dialect, status}];
  if (cell == nullptr) {
    cell = &registry_.counter("pelton_requests_total", "Answers given.",
                              {{"model", model_},
                               {"version", version_},
                               {"dialect", std::string(to_string(dialect))},
                               {"code", std::to_string(status)}},
                              shard_);
  }
  cell->add();
  last_dialect_ = dialect;
  last_status_ = status;
  last_ = cell;
}

ServedModel::ServedModel(std::shared_ptr<const serving::LoadedModel> model, metrics::Registry& registry,
                         serving::InferenceStatistics& statistics, std::size_t shard)
    : loaded(std::move(model)),
      features(loaded->model->schema()),
      counts(registry, loaded->name, loaded->version, shard),
      inferences(statistics.cell(loaded->name, loaded->version, shard)) {
  for (const model::Method method : model::kAllMethods) {
    if (schema().output(method)) {
      writers[static_cast<std::size_t>(method)] = std::make_unique<codec::ResultWriter>(schema(), method);
    }
  }
}

}  // namespace pelton::api
