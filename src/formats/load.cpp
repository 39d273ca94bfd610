#include "formats/load.hpp"

#include <algorithm>
#include <array>

#include "formats/catboost/reader.hpp"
#include "formats/file_bytes.hpp"
#include "formats/lightgbm/reader.hpp"
#include "formats/onnx/compiler.hpp"
#include "formats/onnx/proto_reader.hpp"
#include "formats/xgboost/model.hpp"

namespace pelton::formats {
namespace {

using core::Error;
using core::ErrorCode;

/// A kind of model file: what it is called, how its bytes are told, and how they are read.
struct Kind {
  std::string_view name;
  bool (*recognises)(std::string_view bytes) noexcept;
  core::Result<LoadedModel> (*read)(std::string_view bytes, const Options& options);
};

core::Result<LoadedModel> read_onnx(std::string_view bytes, const Options& options) {
  if (!options.iterations.all())
    return Error(ErrorCode::invalid_argument, "ONNX files have no boosting rounds to choose");
  return onnx::read_onnx_model(bytes, options);
}

constexpr std::array kKinds{
    Kind{"ONNX (.onnx)", onnx::looks_like_model_proto, read_onnx},
    Kind{"XGBoost (.ubj, .json)", xgboost::looks_like_xgboost, xgboost::read_xgboost_model},
    Kind{"LightGBM text (.txt)", lightgbm::looks_like_lightgbm, lightgbm::read_lightgbm_model},
    Kind{"CatBoost JSON (.json)", catboost::looks_like_catboost, catboost::read_catboost_model},
};

core::Result<LoadedModel> read_known(std::string_view bytes, const Options& options) {
  if (bytes.empty()) return Error(ErrorCode::malformed, "is empty");
  if (bytes.size() > options.limits.file_bytes) {
    return Error(ErrorCode::too_large, "has " + std::to_string(bytes.size()) + " bytes; at most " +
                                           std::to_string(options.limits.file_bytes) + " are read");
  }
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.recognises(bytes); });
  if (kind != kKinds.end()) return kind->read(bytes, options);
  std::string names;
  for (const Kind& known : kKinds) names += (names.empty() ? "" : ", ") + std::string(known.name);
  return Error(ErrorCode::unsupported, "not a model file Pelton reads; it reads " + names);
}

}  // namespace

core::Result<LoadedModel> read_model(std::string_view bytes, std::string_view name, const Options& options) {
  auto model = read_known(bytes, options);
  if (model) return model;
  return model.error().within(name);
}

core::Result<LoadedModel> load_model(const std::filesystem::path& file, const Options& options) {
  auto mapped = FileBytes::open(file, options.limits.file_bytes);
  if (!mapped) return mapped.error().within(file.native());
  Options beside = options;
  if (beside.folder.empty()) beside.folder = file.has_parent_path() ? file.parent_path() : ".";
  return read_model(mapped->bytes(), file.native(), beside);
}

std::vector<std::string> known_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

}  // namespace pelton::formats
