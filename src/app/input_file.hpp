#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "codec/record_reader.hpp"

namespace pelton::app {

/// A file, or stdin for "-", read from front to back.
class InputFile final : public codec::ByteSource {
 public:
  /// io, also where `file` is a folder.
  static core::Result<InputFile> open(const std::string& file);

  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile() override;

  core::Result<std::size_t> read(char* to, std::size_t most) override;

  /// As messages name it: "rows.csv", "stdin".
  const std::string& name() const noexcept { return name_; }
  bool is_terminal() const noexcept;
  /// The share read so far; negative where the size is not known (pipes).
  double share() const noexcept;
  /// What the name's ending says of the rows in it, if it is one that leaves no doubt.
  std::optional<codec::RowFormat> format_by_name() const;

 private:
  InputFile(std::string name, int fd);

  std::string name_;
  int fd_;
  std::uint64_t size_ = 0;  ///< 0: not known
  std::uint64_t read_ = 0;
};

}  // namespace pelton::app
