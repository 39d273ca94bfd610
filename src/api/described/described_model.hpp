#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "api/served_model.hpp"
#include "math/row_buffer.hpp"

namespace pelton::api {

/// A version of a model as descriptions speak of it: where it is found, what its messages are called, and rows that
/// show how it is asked.
///
/// The rows are the first golden rows of the model's file, or made-up ones where it has none; they are rows that the
/// server takes, and `results` is what it answers. There may be none, where no such row was found.
class DescribedModel {
 public:
  /// Reads or makes up rows and scores them. `is_newest`: the version that is meant where none is named.
  DescribedModel(const ServedModel& model, bool is_newest, bool is_default, std::string component);

  const std::string& name() const noexcept { return served_->loaded->name; }
  const std::string& version() const noexcept { return served_->loaded->version; }
  const model::Schema& schema() const noexcept { return served_->schema(); }
  const ServedModel& served() const noexcept { return *served_; }
  bool is_newest() const noexcept { return is_newest_; }
  bool is_default() const noexcept { return is_default_; }
  /// What the names of this version's schemas and operations begin with.
  const std::string& component() const noexcept { return component_; }

  math::ConstMatrix rows() const noexcept { return rows_.view(); }
  /// [rows, width of the method], of a method that the model offers.
  math::ConstMatrix results(model::Method method) const noexcept;

  /// The first row as JSON, by name where the features have names.
  std::string row_json() const { return row_json(0); }
  /// All rows as a JSON list.
  std::string rows_json() const;
  /// What a method answers to the first row (`single`), or to all rows, as native JSON has it.
  std::string result_json(model::Method method, bool single) const;

 private:
  std::string row_json(std::size_t row) const;

  const ServedModel* served_;
  bool is_newest_;
  bool is_default_;
  std::string component_;
  math::RowBuffer rows_;
  std::array<std::vector<double>, model::kMethodCount> results_;
};

}  // namespace pelton::api
