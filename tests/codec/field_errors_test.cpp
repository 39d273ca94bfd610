#include "codec/field_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pelton::codec {
namespace {

TEST(FieldErrors, ListsTheFirstAndCountsTheRest) {
  FieldErrors errors;
  EXPECT_TRUE(errors.empty());
  std::size_t described = 0;
  for (int i = 0; i < 25; ++i) {
    errors.report([&] {
      ++described;
      return FieldError{"/" + std::to_string(i), "wrong"};
    });
  }
  EXPECT_EQ(described, kMaxFieldErrors);
  const Problem problem = errors.take_problem();
  EXPECT_EQ(problem.status, 422);
  EXPECT_EQ(problem.errors.size(), kMaxFieldErrors);
  EXPECT_EQ(problem.more, 5U);
  EXPECT_EQ(problem.detail, "/0: wrong (and 24 further errors)");
  EXPECT_TRUE(errors.empty());
}

TEST(FieldErrors, SpeaksOfOneErrorPlainly) {
  FieldErrors errors;
  errors.report([] { return FieldError{"", "wrong"}; });
  EXPECT_EQ(errors.take_problem().detail, "wrong");
  errors.report([] { return FieldError{"/a", "wrong"}; });
  errors.report([] { return FieldError{"/b", "wrong"}; });
  EXPECT_EQ(errors.take_problem().detail, "/a: wrong (and 1 further error)");
}

TEST(FieldErrors, BeginsWithTheLine) {
  FieldErrors errors;
  errors.set_line(12);
  errors.report([] { return FieldError{"/a", "wrong"}; });
  const Problem problem = errors.take_problem();
  EXPECT_EQ(problem.errors[0].detail, "line 12: wrong");
  EXPECT_EQ(problem.errors[0].pointer, "/a");
}

TEST(AppendPointer, EscapesAsRfc6901) {
  std::string pointer;
  append_pointer(pointer, "m~n");
  append_pointer(pointer, "a/b");
  append_pointer(pointer, "");
  append_pointer(pointer, std::size_t{7});
  EXPECT_EQ(pointer, "/m~0n/a~1b//7");
}

TEST(AppendPointer, CutsHostileNamesShort) {
  std::string pointer;
  append_pointer(pointer, std::string(1'000'000, 'n'));
  EXPECT_EQ(pointer, "/" + std::string(100, 'n') + "…");
  // Never within a character: 34 of three bytes would be 102.
  std::string name;
  for (int i = 0; i < 40; ++i) name += "日";
  EXPECT_EQ(in_quotes(name).size(), 2 + 99 + std::string("…").size());
}

TEST(Counted, KnowsThePlural) {
  EXPECT_EQ(counted(1, "value"), "1 value");
  EXPECT_EQ(counted(0, "value"), "0 values");
  EXPECT_EQ(counted(3, "value"), "3 values");
}

}  // namespace
}  // namespace pelton::codec
