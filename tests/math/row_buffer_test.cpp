#include "math/row_buffer.hpp"

#include <cstdint>

namespace pelton::math {
namespace {

TEST(RowBuffer, CollectsPackedAlignedRows) {
  RowBuffer buffer(3);
  for (int r = 0; r < 100; ++r) {
    double* row = buffer.append_row();
    for (int c = 0; c < 3; ++c) row[c] = r * 10 + c;
  }
  ASSERT_EQ(buffer.rows(), 100U);
  const ConstMatrix view = std::as_const(buffer).view();
  EXPECT_EQ(view.stride, 3U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(view.data) % core::kAlignment, 0U);
  EXPECT_EQ(view(99, 2), 992);
  EXPECT_EQ(view.slice(40, 2)(1, 1), 411);
}

TEST(RowBuffer, GivesRowsBackAndKeepsItsMemory) {
  RowBuffer buffer(2);
  double* rows = buffer.append_rows(4);
  for (int i = 0; i < 8; ++i) rows[i] = i;
  buffer.truncate(1);
  EXPECT_EQ(buffer.rows(), 1U);
  EXPECT_EQ(buffer.view()(0, 1), 1);
  const std::size_t held = buffer.capacity_bytes();
  buffer.clear();
  EXPECT_EQ(buffer.rows(), 0U);
  EXPECT_EQ(buffer.capacity_bytes(), held);
  buffer.release();
  EXPECT_EQ(buffer.capacity_bytes(), 0U);
}

}  // namespace
}  // namespace pelton::math
