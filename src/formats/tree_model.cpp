#include "formats/tree_model.hpp"

#include <array>
#include <memory>
#include <utility>

#include "graph/forest_step.hpp"
#include "graph/program_builder.hpp"
#include "model/program_model.hpp"
#include "trees/engine.hpp"

namespace pelton::formats {

namespace {

using graph::Register;
using model::Method;
using StepPtr = std::shared_ptr<const graph::Step>;

/// Puts the methods together over one builder.
class Assembly {
 public:
  explicit Assembly(TreeModel& model) : model_(model), builder_(model.features.size()) {}

  core::Result<void> offer_leaves(StepPtr leaves) {
    const std::array input{builder_.input()};
    const auto added = builder_.add("leaves", std::move(leaves), input);
    if (!added) return added.error();
    return offer(Method::leaf, *added, model::ElementType::int64);
  }

  core::Result<LoadedModel> finish(std::string_view name, StepPtr step) {
    const std::array input{builder_.input()};
    const auto margins = builder_.add(name, std::move(step), input);
    if (!margins) return margins.error();
    if (auto done = offer_linked(Method::predict, *margins, model_.predict); !done) return done.error();
    if (model_.predict_is_label) schema_.outputs[static_cast<std::size_t>(Method::predict)]->labelled = true;
    if (auto done = offer(Method::decision_function, *margins, model_.type); !done) return done.error();
    if (model_.probabilities) {
      if (auto done = offer_linked(Method::predict_proba, *margins, *model_.probabilities); !done) return done.error();
    }
    schema_.features = std::move(model_.features);
    schema_.classes = std::move(model_.classes);
    model::Description description;
    description.format = std::move(model_.format);
    description.kind = std::move(model_.kind);
    description.operations = std::move(model_.operations);
    return LoadedModel(
        std::make_unique<model::ProgramModel>(std::move(schema_), std::move(description), std::move(programs_)));
  }

 private:
  core::Result<void> offer_linked(Method method, Register from, const std::vector<graph::LinkSpec>& links) {
    for (const graph::LinkSpec& link : links) {
      const std::array input{from};
      auto linked = builder_.add("link", graph::make_link(link, builder_.width(from)), input);
      if (!linked) return linked.error();
      from = *linked;
    }
    return offer(method, from, model_.type);
  }

  core::Result<void> offer(Method method, Register from, model::ElementType type) {
    const std::array outputs{from};
    auto program = builder_.compile(outputs);
    if (!program) return program.error();
    const std::size_t width = builder_.width(from);
    const bool list = method == Method::leaf || method == Method::predict_proba;
    schema_.outputs[static_cast<std::size_t>(method)] =
        model::OutputSpec{std::string(to_string(method)), type, width, width == 1 && !list, false};
    programs_[static_cast<std::size_t>(method)] = std::move(*program);
    return {};
  }

  TreeModel& model_;
  graph::ProgramBuilder builder_;
  model::Schema schema_;
  model::ProgramModel::Programs programs_;
};

}  // namespace

core::Result<LoadedModel> make_tree_model(TreeModel model) {
  auto engine = trees::Engine::compile(std::move(model.forest));
  if (!engine) return engine.error();
  Assembly assembly(model);
  if ((*engine)->trees() != 0) {
    if (auto offered = assembly.offer_leaves(graph::make_forest_leaves(*engine)); !offered) return offered.error();
  }
  return assembly.finish("trees", graph::make_forest_margins(std::move(*engine)));
}

core::Result<LoadedModel> make_linked_model(TreeModel model, StepPtr margins) {
  return Assembly(model).finish("margins", std::move(margins));
}

}  // namespace pelton::formats
