#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "running.hpp"

namespace pelton::app {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Exporter, IsOneScript) {
  const Ran r = run_pelton({"exporter"});
  EXPECT_EQ(r.code, kDone);
  EXPECT_THAT(r.out, StartsWith("#!/usr/bin/env python3\n\"\"\"Writes a fitted scikit-learn model"));
  EXPECT_THAT(r.out, EndsWith("    sys.exit(main())\n"));
  EXPECT_THAT(r.out, AllOf(HasSubstr("\nfrom __future__ import annotations\n"), Not(HasSubstr("from exporter."))));
}

TEST(Exporter, IsExplained) {
  EXPECT_THAT(run_pelton({"exporter", "--help"}).out, HasSubstr("pelton exporter > export.py"));
}

}  // namespace
}  // namespace pelton::app
