#include "core/text_store.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace pelton::core {
namespace {

std::string text_at(double cell) { return std::string(text_of(cell)); }

TEST(TextStore, GivesTextsBackByTheirCells) {
  TextStore store;
  const std::string nuls("\0a\0", 3);
  const std::string lone(1, '\0');
  const std::string large(3 << 20, 'x');
  const std::vector<std::string> texts{"a", "", nuls, lone, large, "größer", "a"};
  std::vector<double> cells;
  for (const std::string& text : texts) cells.push_back(store.put(text));
  std::vector<double> copies(cells.size());
  std::memcpy(copies.data(), cells.data(), cells.size() * sizeof(double));
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(text_at(copies[i]), texts[i]) << i;
  EXPECT_NE(text_of(cells.front()).data(), text_of(cells.back()).data());
}

TEST(TextStore, EmptyTextsAreZeroAndTakeNoMemory) {
  TextStore store;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(store.put(""), 0.0);
  EXPECT_EQ(store.put(std::string_view()), 0.0);
  EXPECT_EQ(store.capacity_bytes(), 0U);
  EXPECT_EQ(text_of(0.0), "");
}

TEST(TextStore, CellsOutliveAMoveOfTheStore) {
  TextStore store;
  const double cell = store.put("kept");
  TextStore moved(std::move(store));
  EXPECT_EQ(text_at(cell), "kept");
  TextStore assigned;
  assigned.put("forgotten");
  assigned = std::move(moved);
  EXPECT_EQ(text_at(cell), "kept");
  EXPECT_EQ(text_at(assigned.put("more")), "more");
  EXPECT_EQ(text_at(cell), "kept");
}

TEST(TextStore, GivesMemoryBackBeyondAMark) {
  TextStore store;
  const double kept = store.put("kept");
  const std::size_t held = store.capacity_bytes();
  const TextStore::Mark mark = store.mark();
  for (int i = 0; i < 1000; ++i) store.put(std::string(1000, 'x'));
  EXPECT_GT(store.capacity_bytes(), 1'000'000U);
  store.truncate(mark);
  EXPECT_EQ(store.capacity_bytes(), held);
  EXPECT_EQ(text_at(kept), "kept");
  EXPECT_EQ(text_at(store.put("next")), "next");
  store.release();
  EXPECT_EQ(store.capacity_bytes(), 0U);
}

TEST(TextStore, KeepsOnePieceOfMemoryWhenCleared) {
  TextStore store;
  const auto fill = [&] {
    for (int i = 0; i < 100; ++i) store.put(std::string(997, 'x'));
  };
  fill();
  store.clear();
  fill();
  const std::size_t held = store.capacity_bytes();
  for (int i = 0; i < 10; ++i) {
    i % 2 == 0 ? store.clear() : store.truncate({});
    EXPECT_EQ(store.capacity_bytes(), held);
    fill();
    EXPECT_EQ(store.capacity_bytes(), held) << "the second round is warm";
  }
}

TEST(TextStore, KeepsABoundOnlyWhenCleared) {
  TextStore store;
  store.put(std::string(TextStore::kKeptBytes + 1, 'x'));
  store.clear();
  EXPECT_LE(store.capacity_bytes(), TextStore::kKeptBytes);
  for (int i = 0; i < 3000; ++i) store.put(std::string(1000, 'x'));
  store.clear();
  EXPECT_LE(store.capacity_bytes(), TextStore::kKeptBytes);
}

TEST(TextStore, DoesNotTakeMuchMoreThanItsTexts) {
  for (const std::size_t count : {1U, 100U, 10'000U, 1'000'000U}) {
    TextStore store;
    for (std::size_t i = 0; i < count; ++i) store.put("word");
    EXPECT_LE(store.capacity_bytes(), 4096 + 2 * count * (4 + sizeof(std::size_t))) << count;
  }
}

/// Puts, truncates and clears at random; every cell that should be good must be.
TEST(TextStore, KeepsWhatItShouldInAnyOrder) {
  std::mt19937_64 random(7);
  TextStore store;
  std::vector<std::pair<std::string, double>> live;
  std::vector<std::pair<std::size_t, TextStore::Mark>> marks;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t choice = random() % 100;
    if (choice < 90) {
      std::string text(random() % (random() % 50 == 0 ? 9000 : 40), '\0');
      for (char& c : text) c = static_cast<char>(random());
      const double cell = store.put(text);
      live.emplace_back(std::move(text), cell);
    } else if (choice < 95) {
      marks.emplace_back(live.size(), store.mark());
    } else if (choice < 98 && !marks.empty()) {
      const std::size_t back = 1 + random() % marks.size();
      const auto [count, mark] = marks[marks.size() - back];
      marks.resize(marks.size() - back);
      live.resize(count);
      store.truncate(mark);
    } else if (choice == 99 && random() % 20 == 0) {
      store.clear();
      live.clear();
      marks.clear();
    }
    if (step % 500 == 0) {
      for (const auto& [text, cell] : live) ASSERT_EQ(text_of(cell), text);
    }
  }
}

}  // namespace
}  // namespace pelton::core
