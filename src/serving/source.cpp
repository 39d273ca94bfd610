#include "serving/source.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace pelton::serving {

namespace fs = std::filesystem;

namespace {

/// Endings a repository folder's files may have; what a file really is, its content tells.
constexpr std::array<std::string_view, 4> kModelEndings{".onnx", ".json", ".ubj", ".txt"};

/// Golden rows that stand beside NAME.EXT are no model: NAME.golden.json.
bool has_model_ending(const fs::path& path) {
  const std::string ending = path.extension().string();
  return path.stem().extension() != ".golden" &&
         std::find(kModelEndings.begin(), kModelEndings.end(), ending) != kModelEndings.end();
}

core::Error bad_name(const std::string& name) {
  return {core::ErrorCode::invalid_argument,
          "model name \"" + name + "\": expected letters, digits, '_', '-' and '.', at most 128"};
}

/// The entries of a folder that count, sorted by name.
core::Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    if (at->path().filename().string().front() != '.') entries.push_back(at->path());
  }
  if (failure) return core::Error(core::ErrorCode::io, folder.string() + ": " + failure.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// The one file `model.EXT` of a folder, or an empty path.
core::Result<fs::path> model_file_in(const fs::path& folder) {
  auto entries = entries_of(folder);
  if (!entries) return entries.error();
  fs::path found;
  for (const fs::path& entry : *entries) {
    if (entry.stem() != "model" || !has_model_ending(entry) || !fs::is_regular_file(entry)) continue;
    if (!found.empty()) {
      return core::Error(core::ErrorCode::invalid_argument,
                         folder.string() + ": holds both " + found.filename().string() + " and " +
                             entry.filename().string() + "; expected one model file");
    }
    found = entry;
  }
  return found;
}

core::Result<void> scan_model_folder(const fs::path& folder, std::vector<ModelSource>& sources) {
  const std::string name = folder.filename().string();
  auto own = model_file_in(folder);
  if (!own) return own.error();
  if (!own->empty()) {
    sources.push_back({.name = name, .version = "1", .path = *own, .fit = {}});
    return {};
  }
  auto entries = entries_of(folder);
  if (!entries) return entries.error();
  const std::size_t before = sources.size();
  for (const fs::path& entry : *entries) {
    if (!fs::is_directory(entry) || !is_version_number(entry.filename().string())) continue;
    auto file = model_file_in(entry);
    if (!file) return file.error();
    if (file->empty()) {
      return core::Error(core::ErrorCode::not_found, entry.string() + ": no model file (model.onnx, …) in it");
    }
    sources.push_back({.name = name, .version = entry.filename().string(), .path = *file, .fit = {}});
  }
  if (sources.size() == before) {
    return core::Error(core::ErrorCode::not_found,
                       folder.string() + ": neither a model file (model.onnx, …) nor a numbered version in it");
  }
  return {};
}

}  // namespace

bool is_version_number(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_model_name(std::string_view name) noexcept {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 128 && name.front() != '.' && std::all_of(name.begin(), name.end(), allowed);
}

core::Result<ModelSource> parse_model_argument(std::string_view argument) {
  ModelSource source;
  const std::size_t equals = argument.find('=');
  if (equals != std::string_view::npos && is_model_name(argument.substr(0, equals))) {
    source.name = argument.substr(0, equals);
    source.path = fs::path(argument.substr(equals + 1));
  } else {
    source.path = fs::path(argument);
  }
  if (source.path.empty()) {
    return core::Error(core::ErrorCode::invalid_argument,
                       "model \"" + std::string(argument) + "\": expected [NAME=]PATH");
  }
  if (source.name.empty()) {
    source.name = source.path.stem().string();
    fs::path folder = fs::absolute(source.path).parent_path();
    if (source.name == "model" && folder.has_filename()) {
      if (is_version_number(folder.filename().string()) && folder.parent_path().has_filename()) {
        source.version = folder.filename().string();
        folder = folder.parent_path();
      }
      source.name = folder.filename().string();
    }
  }
  if (!is_model_name(source.name)) return bad_name(source.name);
  return source;
}

core::Result<std::vector<ModelSource>> scan_repository(const fs::path& folder) {
  auto entries = entries_of(folder);
  if (!entries) return entries.error().within("model repository");
  std::vector<ModelSource> sources;
  for (const fs::path& entry : *entries) {
    if (fs::is_directory(entry)) {
      if (!is_model_name(entry.filename().string())) return bad_name(entry.filename().string());
      if (auto scanned = scan_model_folder(entry, sources); !scanned) return scanned.error();
    } else if (has_model_ending(entry)) {
      if (!is_model_name(entry.stem().string())) return bad_name(entry.stem().string());
      sources.push_back({.name = entry.stem().string(), .version = "1", .path = entry, .fit = {}});
    }
  }
  return sources;
}

core::Result<std::vector<ModelSource>> scan_artifacts(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) {
    auto source = parse_model_argument(path.string());
    if (!source) return source.error();
    return std::vector<ModelSource>{*std::move(source)};
  }
  auto entries = entries_of(path);
  if (!entries) return entries.error().within("models");
  std::vector<ModelSource> sources;
  // A folder without a model in it is no fault here; one with two is.
  const auto scan_folder = [&](const fs::path& folder) -> core::Result<void> {
    if (!is_model_name(folder.filename().string())) return {};
    const auto scanned = scan_model_folder(folder, sources);
    if (scanned || scanned.error().code() == core::ErrorCode::not_found) return {};
    return scanned.error();
  };
  const fs::path folder = path.has_filename() ? path : path.parent_path();
  if (auto scanned = scan_folder(folder); !scanned) return scanned.error();
  for (const fs::path& entry : *entries) {
    const std::string name = entry.filename().string();
    if (fs::is_directory(entry)) {
      if (is_version_number(name)) continue;
      if (auto scanned = scan_folder(entry); !scanned) return scanned.error();
      continue;
    }
    const std::string ending = entry.extension().string();
    const bool own = ending == ".onnx" || ending == ".ubj";
    const std::string model = own ? entry.stem().string() : name;
    if ((own && model != "model" && is_model_name(model)) || name == "xgboost-model") {
      sources.push_back({.name = model, .version = "1", .path = entry, .fit = {}});
    }
  }
  if (!sources.empty()) return sources;
  return core::Error(core::ErrorCode::not_found,
                     path.string() +
                         ": no model in it; expected model.onnx (.json, .ubj, .txt), xgboost-model, "
                         "NAME/model.onnx or NAME/VERSION/model.onnx");
}

}  // namespace pelton::serving
