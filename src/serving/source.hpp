#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "formats/options.hpp"

namespace pelton::serving {

/// A model to be fitted when the server starts, instead of being read from a file.
struct FitSource {
  std::filesystem::path data;  ///< CSV with a header
  std::string target;          ///< column to predict
  std::string kind = "linear";
};

/// Where one version of a model comes from.
struct ModelSource {
  std::string name;
  std::string version = "1";
  std::filesystem::path path;  ///< a model file; unused when fitted
  std::optional<FitSource> fit;
  formats::Iterations iterations = {};  ///< boosting rounds that take part
  std::chrono::milliseconds slo{0};     ///< objective for its p99; zero: the server's
};

/// Whether a folder's name is a version: digits only.
bool is_version_number(std::string_view text) noexcept;

/// Whether a name may stand in a URL path and a metric label as it is: letters, digits, `_`, `-` and
/// `.`, not beginning with a dot, at most 128 characters.
bool is_model_name(std::string_view name) noexcept;

/// The source meant by a command-line argument `[NAME=]PATH`; the name is otherwise the file's stem,
/// or its folder's name for `NAME/model.EXT` (and `NAME/VERSION/model.EXT`).
core::Result<ModelSource> parse_model_argument(std::string_view argument);

/// Every model under a repository folder: `NAME.EXT`, `NAME/model.EXT` and `NAME/VERSION/model.EXT`,
/// in alphabetical order. Names beginning with a dot are passed over, so a model can be put in place
/// by a rename. An error names the entry that cannot be a model.
core::Result<std::vector<ModelSource>> scan_repository(const std::filesystem::path& folder);

/// The models of a folder that a platform has unpacked, where other files may lie about too: the folder as
/// `model.EXT` or with numbered versions is one (called by the folder's name), and so are `xgboost-model` (SageMaker's
/// own algorithm leaves it), files `NAME.onnx` and `NAME.ubj`, and folders as in a repository. A file is itself the
/// one model. not_found where there is none.
core::Result<std::vector<ModelSource>> scan_artifacts(const std::filesystem::path& path);

}  // namespace pelton::serving
