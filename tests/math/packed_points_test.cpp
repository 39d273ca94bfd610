#include "math/packed_points.hpp"

#include <gtest/gtest.h>

#include "math/samples.hpp"

namespace pelton::math {
namespace {

std::vector<double> distances(core::Isa isa, const PackedPoints& points, const double* x, std::size_t rows) {
  std::vector<double> y(rows * points.count(), -77.0);
  kernels(isa).squared_distances(points.view(), {x, points.features()}, rows, {y.data(), points.count()});
  return y;
}

TEST(PackedPoints, AreMeasuredTo) {
  const std::vector<double> points{0, 0, 3, 4, -1, 1}, x{0, 0, 1, 1};
  for (const core::Isa isa : available_isas()) {
    EXPECT_EQ(distances(isa, PackedPoints({points.data(), 3, 2}), x.data(), 2),
              (std::vector<double>{0, 25, 2, 2, 13, 4}));
  }
}

TEST(PackedPoints, GiveTheSameBitsOnEveryInstructionSetAndInEveryBatch) {
  Samples samples(51);
  for (const std::size_t features : {1, 3, 20}) {
    for (const std::size_t count : {1, 7, 8, 130, 300}) {
      const std::vector<double> values = samples.ordinary(count * features);
      std::vector<double> x = samples.ordinary(11 * features);
      x[3 * features] = std::nan("");
      x[5 * features] = std::numeric_limits<double>::infinity();
      const PackedPoints points({values.data(), count, features});
      const std::vector<double> expected = distances(core::Isa::scalar, points, x.data(), 11);
      for (const core::Isa isa : available_isas()) {
        const std::vector<double> together = distances(isa, points, x.data(), 11);
        ASSERT_EQ(std::memcmp(together.data(), expected.data(), expected.size() * sizeof(double)), 0);
        for (std::size_t r = 0; r < 11; ++r) {
          const std::vector<double> alone = distances(isa, points, x.data() + r * features, 1);
          ASSERT_EQ(std::memcmp(alone.data(), expected.data() + r * count, count * sizeof(double)), 0);
        }
      }
    }
  }
}

TEST(PackedPoints, KeepMemoryWhenFilledAnew) {
  const std::vector<double> many(100, 1.0), one{2.0};
  PackedPoints points({many.data(), 10, 10});
  points.assign({one.data(), 1, 1});
  const double x = 5;
  EXPECT_EQ(distances(core::active_isa(), points, &x, 1), std::vector<double>{9});
}

}  // namespace
}  // namespace pelton::math
