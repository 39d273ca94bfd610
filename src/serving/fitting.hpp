#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace pelton::serving {

/// How to fit, and how to judge the fit.
struct FitOptions {
  std::string kind = "linear";
  std::string target;
  double test_share = 0;   ///< rows held out for the test score; 0: none
  std::size_t folds = 0;   ///< of the cross-validation; 0: none
  std::uint64_t seed = 0;  ///< of the shuffles
};

/// A fitted model as the ONNX file it is saved as, and how well it fits. Scores are R².
struct FitReport {
  std::string onnx;
  std::size_t rows = 0;
  std::vector<std::string> features;
  std::size_t rank = 0;
  std::optional<double> train_score;      ///< on the rows the judged model learned from
  std::optional<double> test_score;       ///< on the rows held out
  std::vector<double> validation_scores;  ///< one a fold
};

/// Fits a model to the CSV text. The scores are those of models that have not seen the rows they are
/// judged by; the model in the report has learned from all rows. The same text, options and seed give
/// the same bytes. Errors: unsupported kind, what parse_csv and fit_linear refuse.
core::Result<FitReport> fit_csv(std::string_view csv, const FitOptions& options);

/// A whole file's bytes; io where it cannot be read.
core::Result<std::string> read_file(const std::filesystem::path& file);

}  // namespace pelton::serving
