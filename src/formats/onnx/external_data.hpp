#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "formats/file_bytes.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/options.hpp"

namespace pelton::formats::onnx {

/// The files beside a model that its tensors keep their data in (TensorProto.external_data, as torch.onnx.export
/// writes weights). They stay mapped as long as this lives, and so must it while the model is read.
class ExternalData {
 public:
  /// Files are opened within `folder` only; none where it is empty.
  ExternalData(const std::filesystem::path& folder, const Limits& limits) : folder_(folder), limits_(limits) {}

  /// Gives every tensor whose data is in a file its bytes as raw_data.
  ///
  /// A location is a relative path that stays in the folder, also once links are followed: unsupported where it does
  /// not. malformed where a file is shorter than its tensors say, or they ask for more of it than it has together (so
  /// that few bytes never stand for many); io where a file cannot be read.
  core::Result<void> attach(ModelProto& model);

 private:
  struct File {
    FileBytes bytes;
    std::uint64_t taken = 0;  ///< by all tensors so far
  };

  core::Result<void> attach(TensorProto& tensor);
  core::Result<File*> open(std::string_view location);

  const std::filesystem::path& folder_;
  const Limits& limits_;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace pelton::formats::onnx
