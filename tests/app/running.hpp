#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "serving/fitting.hpp"
#include "support/temporary_folder.hpp"

namespace pelton::app {

struct Ran {
  int code;
  std::string out;
  std::string err;
};

/// `pelton` with these words, in this process.
inline Ran run_pelton(std::vector<std::string> words) {
  words.insert(words.begin(), "pelton");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = run_command_line(static_cast<int>(argv.size()), argv.data());
  std::fflush(stdout);
  return {code, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

/// Files of a test's own.
class Files {
 public:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  /// Writes a file; its path.
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }
  /// y = a - b + 2, on features called a and b.
  std::string linear_model() const {
    const auto fitted = serving::fit_csv("a,b,y\n1,0,3\n0,1,1\n0,0,2\n2,1,3\n", {.kind = "linear", .target = "y"});
    return write("linear.onnx", fitted->onnx);
  }

 private:
  test::TemporaryFolder folder_;
};

/// A model of the oracle's.
inline std::string fixture(const std::string& name) {
  return std::string(PELTON_SOURCE_DIR) + "/tests/oracle/fixtures/" + name + ".onnx";
}

}  // namespace pelton::app
