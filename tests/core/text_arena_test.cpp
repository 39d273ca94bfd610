#include "core/text_arena.hpp"

#include <gtest/gtest.h>

#include <new>

namespace pelton::core {
namespace {

TEST(TextArena, KeepsTexts) {
  TextArena arena;
  const std::string_view first = arena.keep("first");
  const std::string_view second = arena.keep(std::string(10'000, 'x'));
  EXPECT_EQ(first, "first");
  EXPECT_EQ(second.size(), 10'000U);
}

TEST(TextArena, TakesAtMostSoMuchInAll) {
  TextArena arena;
  EXPECT_THROW(arena.take(TextArena::kMostBytes + 1), std::bad_alloc);
  arena.take(TextArena::kMostBytes / 2 + 1);
  EXPECT_THROW(arena.take(TextArena::kMostBytes / 2 + 1), std::bad_alloc);
  arena.clear();
  EXPECT_EQ(arena.take(TextArena::kMostBytes / 2 + 1).size(), TextArena::kMostBytes / 2 + 1);
}

}  // namespace
}  // namespace pelton::core
