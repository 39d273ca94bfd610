#include <stdexcept>

#include "engine.hpp"
#include "formats/load.hpp"

namespace engines {
namespace {

namespace formats = pelton::formats;
namespace model = pelton::model;

class PeltonEngine final : public Engine {
 public:
  PeltonEngine(formats::LoadedModel loaded, const Rows& rows) : model_(std::move(loaded)), rows_(rows) {
    const model::Schema& schema = model_->schema();
    if (!schema.output(method_)) method_ = model::Method::predict;
    if (schema.features.size() != rows.features || !schema.output(method_) || schema.output(method_)->width != 1) {
      throw std::runtime_error("the model is not of one value a row of these");
    }
    for (const model::Feature& feature : schema.features) {
      if (feature.is_text()) throw std::runtime_error("the model takes texts, and the rows are numbers");
    }
    out_.resize(rows.count);
  }

  void prepare(std::size_t) override {}

  void score(std::size_t first, std::size_t batch) override {
    model_->score({rows_.doubles.data() + first * rows_.features, batch, rows_.features}, method_,
                  {out_.data(), batch, 1}, workspace_);
  }

  std::vector<double> margins(std::size_t batch) const override {
    return {out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(batch)};
  }

 private:
  formats::LoadedModel model_;
  const Rows& rows_;
  model::Method method_ = model::Method::decision_function;
  model::Workspace workspace_;
  std::vector<double> out_;
};

}  // namespace

std::unique_ptr<Engine> make_pelton(const std::string& file, const Rows& rows) {
  auto loaded = formats::load_model(file);
  if (!loaded) throw std::runtime_error(loaded.error().message());
  return std::make_unique<PeltonEngine>(*std::move(loaded), rows);
}

}  // namespace engines
