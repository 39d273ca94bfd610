#include "formats/onnx/external_data.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "core/printable.hpp"

namespace pelton::formats::onnx {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

/// Where the bytes of a tensor are.
struct Place {
  std::string_view location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  ///< to the end of the file where it is not said
};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

core::Result<Place> read_place(const TensorProto& tensor) {
  Place place;
  for (const StringStringEntryProto& entry : tensor.external_data) {
    if (entry.key == "location") place.location = entry.value;
    if (entry.key != "offset" && entry.key != "length") continue;
    const auto number = whole_number(entry.value);
    if (!number) return Error(ErrorCode::malformed, "its " + std::string(entry.key) + " is not a number");
    if (entry.key == "offset") place.offset = *number;
    if (entry.key == "length") place.length = number;
  }
  if (place.location.empty()) return Error(ErrorCode::malformed, "does not say which file its data is in");
  return place;
}

bool is_inside(const fs::path& folder, const fs::path& file) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

/// The file itself, links followed; refused where that leads out of the folder.
core::Result<fs::path> resolve(const fs::path& folder, std::string_view location) {
  const Error outside(ErrorCode::unsupported,
                      "keeps its data in \"" + core::printable(location) + "\", which is not in the model's folder");
  const fs::path relative(location);
  if (location.find('\0') != std::string_view::npos || relative.is_absolute() ||
      std::find(relative.begin(), relative.end(), "..") != relative.end()) {
    return outside;
  }
  std::error_code failure;
  const fs::path home = fs::canonical(folder, failure);
  const fs::path file = failure ? fs::path() : fs::canonical(home / relative, failure);
  if (failure) {
    return Error(ErrorCode::io, "keeps its data in \"" + core::printable(location) +
                                    "\", which cannot be opened: " + failure.message());
  }
  if (!is_inside(home, file)) return outside;
  return file;
}

}  // namespace

core::Result<ExternalData::File*> ExternalData::open(std::string_view location) {
  if (const auto found = files_.find(location); found != files_.end()) return &found->second;
  auto path = resolve(folder_, location);
  if (!path) return path.error();
  auto bytes = FileBytes::open(*path, limits_.file_bytes);
  if (!bytes) return bytes.error().within("\"" + core::printable(location) + "\"");
  return &files_.emplace(std::string(location), File{std::move(*bytes)}).first->second;
}

core::Result<void> ExternalData::attach(TensorProto& tensor) {
  if (folder_.empty()) return {};  // decode_tensor refuses it by name, should it be needed
  const auto place = read_place(tensor);
  if (!place) return place.error();
  auto opened = open(place->location);
  if (!opened) return opened.error();
  File& file = **opened;
  const std::string_view bytes = file.bytes.bytes();
  const std::uint64_t there = bytes.size() - std::min<std::uint64_t>(place->offset, bytes.size());
  const std::uint64_t length = place->length.value_or(there);
  if (place->offset > bytes.size() || length > there || length > bytes.size() - file.taken) {
    return Error(ErrorCode::malformed, "asks for more data than \"" + core::printable(place->location) + "\" has");
  }
  file.taken += length;
  tensor.raw_data = bytes.substr(place->offset, length);
  tensor.external = false;
  return {};
}

core::Result<void> ExternalData::attach(ModelProto& model) {
  const auto attach_all = [this](std::vector<TensorProto>& tensors) -> core::Result<void> {
    for (TensorProto& tensor : tensors) {
      if (!tensor.external) continue;
      auto attached = attach(tensor);
      if (!attached) return attached.error().within("tensor \"" + core::printable(tensor.name) + "\"");
    }
    return {};
  };
  if (!model.graph) return {};
  auto attached = attach_all(model.graph->initializer);
  const auto attach_nodes = [&](std::vector<NodeProto>& nodes) {
    for (NodeProto& node : nodes) {
      for (AttributeProto& attribute : node.attribute) {
        if (attached) attached = attach_all(attribute.tensors);
      }
    }
  };
  attach_nodes(model.graph->node);
  for (FunctionProto& function : model.functions) attach_nodes(function.node);
  return attached;
}

}  // namespace pelton::formats::onnx
