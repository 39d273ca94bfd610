#include <optional>
#include <stdexcept>

#include "engine.hpp"
#include "formats/load.hpp"

namespace engines {
namespace {

namespace formats = pelton::formats;
namespace model = pelton::model;

class PeltonEngine final : public Engine {
 public:
  PeltonEngine(formats::LoadedModel loaded, std::optional<model::Method> method, const Rows& rows)
      : model_(std::move(loaded)), rows_(rows), values_(rows.doubles) {
    const model::Schema& schema = model_->schema();
    const auto otherwise =
        schema.output(model::Method::decision_function) ? model::Method::decision_function : model::Method::predict;
    method_ = method.value_or(otherwise);
    if (schema.features.size() != rows.features || !schema.output(method_)) {
      throw std::runtime_error("the model is not one of these rows");
    }
    for (const model::Feature& feature : schema.features) {
      if (feature.is_text()) throw std::runtime_error("the model takes texts, and the rows are numbers");
    }
    width_ = schema.output(method_)->width;
    out_.resize(rows.count * width_);
    for (std::size_t c = 0; c < rows.texts.size(); ++c) {
      for (std::size_t r = 0; r < rows.count && !rows.texts[c].empty(); ++r) {
        // As a request's text becomes a number while it is parsed.
        double& value = values_[r * rows.features + c];
        value = schema.features[c].categories->number(rows.texts[c].at(static_cast<std::size_t>(value))).value();
      }
    }
  }

  void prepare(std::size_t) override {}

  void score(std::size_t first, std::size_t batch) override {
    model_->score({values_.data() + first * rows_.features, batch, rows_.features}, method_,
                  {out_.data(), batch, width_}, workspace_);
  }

  std::vector<double> margins(std::size_t batch) const override {
    std::vector<double> last(batch);
    for (std::size_t r = 0; r < batch; ++r) last[r] = out_[(r + 1) * width_ - 1];
    return last;
  }

 private:
  formats::LoadedModel model_;
  const Rows& rows_;
  std::vector<double> values_;  ///< the rows, texts as the model numbers them
  model::Method method_ = model::Method::predict;
  std::size_t width_ = 1;
  model::Workspace workspace_;
  std::vector<double> out_;
};

}  // namespace

std::unique_ptr<Engine> make_pelton(const std::string& file, const std::string& method, const Rows& rows) {
  auto loaded = formats::load_model(file);
  if (!loaded) throw std::runtime_error(loaded.error().message());
  return std::make_unique<PeltonEngine>(*std::move(loaded), model::parse_method(method), rows);
}

}  // namespace engines
