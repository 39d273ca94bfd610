#include "math/row_buffer.hpp"

#include <array>
#include <cstdint>
#include <string>

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

std::string text_in(const RowBuffer& buffer, std::size_t row, std::size_t col) {
  return std::string(core::text_of(buffer.view()(row, col)));
}

TEST(RowBuffer, HoldsTextsAndGivesThemBackWithTheirRows) {
  RowBuffer buffer(2);
  const auto add = [&](const std::string& text) {
    double* const row = buffer.append_row();
    row[0] = 1;
    row[1] = buffer.put_text(text);
  };
  add("");
  add("first");
  add("");
  const std::size_t held = buffer.capacity_bytes();
  const std::string filler(1000, 'x');
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 500; ++i) add(std::to_string(i) + filler);
    EXPECT_EQ(text_in(buffer, 502, 1), "499" + filler);
    EXPECT_GT(buffer.capacity_bytes(), 500'000U);
    buffer.truncate(3);
  }
  EXPECT_EQ(text_in(buffer, 0, 1), "");
  EXPECT_EQ(text_in(buffer, 1, 1), "first");
  EXPECT_EQ(text_in(buffer, 2, 1), "");
  // What stays is room for rows and marks.
  EXPECT_LT(buffer.capacity_bytes(), held + 503 * 2 * (2 * sizeof(double) + 24) + 256);
  add("again");
  EXPECT_EQ(text_in(buffer, 3, 1), "again");
  EXPECT_EQ(text_in(buffer, 1, 1), "first");
}

TEST(RowBuffer, TextsOfRowsAppendedTogetherStayTogether) {
  RowBuffer buffer(1);
  *buffer.append_row() = buffer.put_text("before");
  double* const rows = buffer.append_rows(10);
  for (int i = 9; i >= 0; --i) rows[i] = buffer.put_text("row " + std::to_string(i));
  buffer.truncate(4);
  EXPECT_EQ(text_in(buffer, 0, 0), "before");
  EXPECT_EQ(text_in(buffer, 3, 0), "row 2");
  *buffer.append_row() = buffer.put_text("after");
  buffer.truncate(4);
  EXPECT_EQ(text_in(buffer, 3, 0), "row 2");
  buffer.truncate(1);
  EXPECT_EQ(text_in(buffer, 0, 0), "before");
}

TEST(RowBuffer, RowsOfAnotherBufferComeWithTheirTexts) {
  RowBuffer from(2);
  for (int i = 0; i < 6; ++i) {
    double* const row = from.append_row();
    row[0] = i;
    row[1] = from.put_text("row " + std::to_string(i));
  }
  RowBuffer to(2);
  const std::array<std::size_t, 1> texts{1};
  EXPECT_EQ(to.append_from(from, 4, 2, texts), 0U);
  EXPECT_EQ(to.append_from(from, 1, 1, texts), 2U);
  EXPECT_EQ(to.append_from(from, 0, 0, texts), 3U) << "nothing to append";
  from.release();
  ASSERT_EQ(to.rows(), 3U);
  EXPECT_EQ(to.view()(0, 0), 4);
  EXPECT_EQ(text_in(to, 0, 1), "row 4");
  EXPECT_EQ(text_in(to, 1, 1), "row 5");
  EXPECT_EQ(text_in(to, 2, 1), "row 1");
  to.truncate(2);
  EXPECT_EQ(text_in(to, 1, 1), "row 5");
}

TEST(RowBuffer, TextsNeedNoMemoryOnceWarm) {
  RowBuffer buffer(1);
  const auto fill = [&] {
    for (int i = 0; i < 300; ++i) {
      double* const row = buffer.append_row();
      *row = buffer.put_text(std::string(100, 'x'));
    }
  };
  fill();
  buffer.clear();
  fill();
  const std::size_t held = buffer.capacity_bytes();
  for (int i = 0; i < 5; ++i) {
    buffer.clear();
    EXPECT_EQ(buffer.capacity_bytes(), held);
    fill();
    EXPECT_EQ(buffer.capacity_bytes(), held);
  }
  buffer.release();
  EXPECT_EQ(buffer.capacity_bytes(), 0U);
}

}  // namespace
}  // namespace pelton::math
