#pragma once

#include <array>
#include <optional>

#include "graph/program.hpp"
#include "model/model.hpp"

namespace pelton::model {

/// A model that is one compiled graph a method: what most file formats become.
class ProgramModel final : public Model {
 public:
  /// One program a method, with one output each; those of the methods that `schema` offers.
  using Programs = std::array<std::optional<graph::Program>, kMethodCount>;

  /// Every offered method has a program from `schema.features` columns to the width its OutputSpec
  /// says (asserted). The plan and the costs of `description` are filled in from the programs, the
  /// rest of it is kept.
  ProgramModel(Schema schema, Description description, Programs programs);

  const Schema& schema() const noexcept override { return schema_; }
  const Description& description() const noexcept override { return description_; }
  std::size_t rows_together(Method method) const noexcept override;
  void score(math::ConstMatrix rows, Method method, math::Matrix out, Workspace& workspace) const override;
  bool refuses_rows(Method method) const noexcept override;
  std::string refusal(math::ConstMatrix row, Method method, Workspace& workspace) const override;

 private:
  Schema schema_;
  Description description_;
  Programs programs_;
};

}  // namespace pelton::model
