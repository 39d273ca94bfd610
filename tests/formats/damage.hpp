#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "allocation_peak.hpp"
#include "formats/load.hpp"

namespace pelton::formats::test {

/// Loads bytes and, where they are a model, scores two rows with every method: neither may crash, hang
/// or take more than 64 MB.
inline void endure(std::string_view bytes) {
  constexpr std::size_t kMostBytes = std::size_t{64} << 20;
  pelton::test::restart_peak();
  if (const auto model = read_model(bytes, "damaged")) {
    const model::Schema& schema = (*model)->schema();
    const std::size_t features = schema.features.size();
    std::vector<double> rows(2 * features, 1.5);
    model::Workspace workspace;
    for (const model::Method method : model::kAllMethods) {
      const auto& spec = schema.output(method);
      if (!spec) continue;
      std::vector<double> values(2 * spec->width);
      (*model)->score({rows.data(), 2, features}, method, {values.data(), 2, spec->width}, workspace);
      if (!spec->labelled) continue;
      for (const double index : values) EXPECT_LT(index, static_cast<double>(schema.classes.size()));
    }
  }
  EXPECT_LT(pelton::test::peak_bytes(), kMostBytes);
}

/// Every way to cut the file short.
inline void endure_truncation(std::string_view bytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    endure(std::string(bytes.substr(0, size)));
    if (::testing::Test::HasFailure()) FAIL() << "after " << size << " bytes";
  }
}

/// Every single bit the wrong way round.
inline void endure_flipped_bits(std::string_view bytes) {
  std::string damaged(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto mask = static_cast<char>(1U << (bit % 8));
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ mask);
    endure(damaged);
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ mask);
    if (::testing::Test::HasFailure()) FAIL() << "bit " << bit;
  }
}

}  // namespace pelton::formats::test
