#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace pelton::app {

/// Where a verb's data go: stdout, or a file that appears under its name only once it is whole. What
/// is no plain file (/dev/null, a pipe) is written as it is.
class OutputFile {
 public:
  /// stdout where `file` is empty or "-".
  static core::Result<OutputFile> open(const std::string& file);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  /// Without `commit` nothing is left of the file.
  ~OutputFile();

  /// io. A reader that has gone (EPIPE) is no error: `reader_gone` then, and nothing is written.
  core::Result<void> write(std::string_view text);
  bool is_terminal() const noexcept;
  bool reader_gone() const noexcept { return reader_gone_; }
  /// Puts the file in its place.
  core::Result<void> commit();

 private:
  OutputFile(std::string name, std::string target, std::string partial, int fd);

  std::string name_;     ///< for messages
  std::string target_;   ///< where it goes, links followed; empty where it is written as it is
  std::string partial_;  ///< where it is until then
  int fd_;
  bool reader_gone_ = false;
};

}  // namespace pelton::app
