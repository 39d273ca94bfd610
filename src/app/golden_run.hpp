#pragma once

#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "app/golden_check.hpp"
#include "codec/golden_rows.hpp"
#include "model/model.hpp"

namespace pelton::app {

/// How golden rows are to be compared.
struct GoldenOptions {
  std::optional<model::Method> only;  ///< this method alone
  std::optional<double> tolerance;    ///< otherwise GoldenCheck's own
  std::size_t most_rows = std::numeric_limits<std::size_t>::max();
  std::function<void(std::size_t)> progress = {};  ///< told the rows done, after each
};

/// Golden rows through a model, one by one, into one check a method.
class GoldenRun {
 public:
  /// `name` is what errors call the rows; `format` is told from the content unless given. All must
  /// outlive the run.
  GoldenRun(const model::Model& model, codec::ByteSource& source, std::string name,
            std::optional<codec::RowFormat> format, GoldenOptions options);

  /// Reads all rows. Errors name the place; too_large beyond `most_rows`, invalid_argument at a row that the
  /// model does not score.
  core::Result<void> run();

  const std::string& name() const noexcept { return name_; }
  std::size_t rows() const noexcept { return done_; }
  const std::optional<GoldenCheck>& check(model::Method method) const {
    return checks_[static_cast<std::size_t>(method)];
  }
  /// Values beyond tolerance, of all methods.
  std::size_t beyond() const;
  /// The first of them as `row 3: predict: expected 1.5, got 2.0 (tolerance 1e-09)`; nothing where all agree.
  std::string first_beyond() const;

 private:
  core::Result<void> compare(model::Method method, const std::optional<std::vector<codec::ExpectedValue>>& expected);

  const model::Model& model_;
  const std::string name_;
  const GoldenOptions options_;
  const codec::FeatureTable features_;
  codec::GoldenRows golden_;
  math::RowBuffer rows_;
  std::vector<double> results_;
  model::Workspace workspace_;
  std::array<std::optional<GoldenCheck>, model::kMethodCount> checks_;
  std::size_t done_ = 0;
};

}  // namespace pelton::app
