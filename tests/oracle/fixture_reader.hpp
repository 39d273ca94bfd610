#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_reader.hpp"

namespace pelton::oracle {

/// Reads what the recipes packed, little-endian; throws where a fixture breaks off, which fails the test.
class FixtureReader {
 public:
  explicit FixtureReader(const std::filesystem::path& file) : bytes_(contents(file)) {}

  std::string_view bytes(std::size_t count) {
    std::string_view found;
    require(reader_.read_bytes(count, found));
    return found;
  }

  template <class T>
  T read() {
    T value{};
    require(reader_.read(value));
    return value;
  }

  /// `count` values of type T, as doubles.
  template <class T>
  std::vector<double> values(std::size_t count) {
    std::vector<double> found(count);
    for (double& value : found) value = static_cast<double>(read<T>());
    return found;
  }

  std::vector<std::string> words() {
    std::vector<std::string> found(read<std::uint32_t>());
    for (std::string& word : found) word = bytes(read<std::uint32_t>());
    return found;
  }

  void expect(std::string_view magic, std::uint32_t version) {
    require(bytes(magic.size()) == magic && read<std::uint32_t>() == version);
  }

  bool done() const noexcept { return reader_.done(); }
  void expect_end() const { require(done()); }

 private:
  static std::string contents(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  static void require(bool there) {
    if (!there) throw std::runtime_error("a fixture breaks off");
  }

  std::string bytes_;
  core::ByteReader reader_{std::string_view(bytes_)};
};

}  // namespace pelton::oracle
