#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/golden_run.hpp"
#include "codec/byte_window.hpp"
#include "model/model.hpp"
#include "serving/repository.hpp"

namespace pelton::app {

/// Golden rows that came with a model: in its file's metadata, or in a file beside it.
struct GoldenSource {
  std::string name;                           ///< "golden rows in model.onnx", "models/a/1/golden.csv"
  std::unique_ptr<codec::ByteSource> source;  ///< of embedded rows: views the model, which must outlive it
  std::optional<codec::RowFormat> format;
  std::optional<double> tolerance;  ///< that the model's file states
  std::size_t most_rows;            ///< more are refused
};

/// All golden rows that came with the model of `file`, those of the metadata first. Beside a file
/// model.EXT stands golden.ndjson, golden.json or golden.csv; beside NAME.EXT, NAME.golden.ndjson, …
/// invalid_argument where there is more than one of them; io.
core::Result<std::vector<GoldenSource>> golden_sources(const model::Model& model, const std::filesystem::path& file);

/// Scores all golden rows that came with the model: an error names the first output that is beyond
/// tolerance, with its row, and what was expected and got. Models without golden rows pass.
core::Result<void> check_golden_rows(const model::Model& model, const std::filesystem::path& file);

/// `loader`, but a model whose golden rows it does not give is refused. Boosters of which only some
/// rounds take part are not held to the rows of the whole.
serving::Loader with_golden_rows(serving::Loader loader);

}  // namespace pelton::app
