#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "formats/options.hpp"
#include "model/model.hpp"

namespace pelton::formats {

using LoadedModel = std::unique_ptr<const model::Model>;

/// Loads a model file, whatever its name: the kind is told from its content.
///
/// Nothing in a model is ever executed, and no other file is opened but those of its own folder that an ONNX file
/// keeps weights in. Errors begin with the file's
/// name: io (cannot be read), malformed (broken), unsupported (names every operator, with its node,
/// that Pelton does not carry out; or no kind Pelton reads), too_large. The file may be replaced or
/// removed once this returns. Thread-safe.
core::Result<LoadedModel> load_model(const std::filesystem::path& file, const Options& options = {});

/// The same from memory, `name` standing for the file's; weights in other files are looked for in `options.folder`. The
/// bytes are not needed afterwards.
core::Result<LoadedModel> read_model(std::string_view bytes, std::string_view name, const Options& options = {});

/// The kinds of files that load_model knows, for messages: "ONNX (.onnx)", ….
std::vector<std::string> known_kinds();

}  // namespace pelton::formats
