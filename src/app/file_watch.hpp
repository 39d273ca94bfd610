#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace pelton::app {

/// Tells whether files have changed, by what the file system says of them: so a file that is replaced,
/// or a link that is turned to another one, has changed as well as one that is written to.
class FileWatch {
 public:
  explicit FileWatch(std::vector<std::string> files);

  /// Whether any file is another than at the last look, or has come or gone.
  bool changed();

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;  ///< 0: there is no such file
    off_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t status_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::string& file);

  std::vector<std::string> files_;
  std::vector<Stamp> stamps_;
};

}  // namespace pelton::app
