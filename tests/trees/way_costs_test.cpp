#include "trees/way_costs.hpp"

#include <gmock/gmock.h>

namespace pelton::trees {
namespace {

using Kind = Layouts::Way::Kind;

constexpr WayCosts::Cost kRow{{Kind::lanes, 1}, 0, 1000};
constexpr WayCosts::Cost kNarrow{{Kind::narrow_planes, 64}, 20'000, 10};
constexpr WayCosts::Cost kWide{{Kind::wide_planes, 512}, 60'000, 100};

TEST(WayCosts, ChoosesByTheRowsThatAreLeft) {
  const WayCosts costs({kWide, kRow, kNarrow});
  EXPECT_EQ(costs.cheapest(1).way.kind, Kind::lanes);
  EXPECT_EQ(costs.cheapest(20).way.kind, Kind::lanes);
  EXPECT_EQ(costs.cheapest(21).way.kind, Kind::narrow_planes);
  EXPECT_EQ(costs.cheapest(64).way.kind, Kind::narrow_planes);
  EXPECT_EQ(costs.cheapest(512).way.kind, Kind::wide_planes);
  EXPECT_EQ(costs.cheapest(1'000'000).way.kind, Kind::wide_planes);
}

TEST(WayCosts, ABlockThatIsFullCostsNoLessForMore) {
  EXPECT_DOUBLE_EQ(kNarrow.per_row(64), kNarrow.per_row(1000));
  EXPECT_DOUBLE_EQ(kNarrow.per_row(1), 20'010);
}

TEST(WayCosts, TellsWhereTheWayChanges) {
  const WayCosts costs({kWide, kRow, kNarrow});
  std::vector<std::size_t> rows;
  for (const WayCosts::Change& change : costs.changes()) rows.push_back(change.rows);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], 1U);
  EXPECT_EQ(rows[1], 21U);
  EXPECT_EQ(costs.largest_block(), 512U);
}

TEST(WayCosts, AWayThatNeverPaysIsNeverTaken) {
  constexpr WayCosts::Cost kPoor{{Kind::walk_block, 2048}, 0, 1'000'000};
  const WayCosts costs({kRow, kPoor});
  EXPECT_EQ(costs.cheapest(4096).way.kind, Kind::lanes);
  EXPECT_EQ(costs.largest_block(), 1U);
}

}  // namespace
}  // namespace pelton::trees
