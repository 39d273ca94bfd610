#include "app/file_watch.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace pelton::app {

namespace {
std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec; }
}  // namespace

FileWatch::FileWatch(std::vector<std::string> files) : files_(std::move(files)) {
  std::transform(files_.begin(), files_.end(), std::back_inserter(stamps_), &FileWatch::stamp_of);
}

bool FileWatch::changed() {
  std::vector<Stamp> now;
  std::transform(files_.begin(), files_.end(), std::back_inserter(now), &FileWatch::stamp_of);
  stamps_.swap(now);
  return stamps_ != now;
}

FileWatch::Stamp FileWatch::stamp_of(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .modified_ns = nanoseconds(status.st_mtim),
          .status_ns = nanoseconds(status.st_ctim)};
}

}  // namespace pelton::app
