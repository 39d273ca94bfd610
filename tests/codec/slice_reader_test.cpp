#include "codec/slice_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "support.hpp"

namespace pelton::codec {
namespace {

using ::testing::HasSubstr;

struct Sliced {
  std::vector<double> values;
  std::size_t most = 0;  ///< rows that one call gave
  std::string problem;   ///< `status detail`
};

/// Reads `text` in pieces of `piece` bytes, at most `most` rows at a time.
Sliced slices(std::string_view text, std::size_t piece, std::size_t most, SliceFormat format,
              const model::Schema& schema) {
  const FeatureTable features(schema);
  SliceReader reader(format, features);
  math::RowBuffer rows(features.width());
  const RowTarget target{features, rows};
  Sliced sliced;
  const auto give_up = [&](const Problem& problem) {
    sliced.problem = std::to_string(problem.status) + " " + problem.detail;
    sliced.values = values_from(rows, 0);
    return sliced;
  };
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    const PaddedBody bytes(text.substr(0, piece));
    for (std::string_view left = bytes.view(); !left.empty();) {
      const std::size_t before = rows.rows();
      const auto taken = reader.take(left, most, target);
      if (!taken) return give_up(taken.error());
      sliced.most = std::max(sliced.most, rows.rows() - before);
      left.remove_prefix(*taken);
    }
  }
  if (auto last = reader.finish(target); !last) return give_up(last.error());
  EXPECT_EQ(reader.rows(), rows.rows());
  sliced.values = values_from(rows, 0);
  return sliced;
}

constexpr SliceFormat kNdjson{};
constexpr SliceFormat kCsv{.kind = SliceFormat::Kind::csv};
constexpr SliceFormat kRaw{.kind = SliceFormat::Kind::raw};

TEST(SliceReader, GivesTheSameRowsHoweverTheBytesAreSplit) {
  const std::string lines = "[1,2]\n\n{\"x\":[3,4]}\r\n [5,6]\n[7,8]";
  const std::string csv = "\xEF\xBB\xBFx,\"y\"\r\n1,2\r\n\r\n3,\"4\"\n5,6\n7,8";
  const double doubles[] = {1, 2, 3, 4, 5, 6, 7, 8};
  std::string raw(sizeof doubles, '\0');
  std::memcpy(raw.data(), doubles, sizeof doubles);
  const std::vector<double> expected{1, 2, 3, 4, 5, 6, 7, 8};
  for (std::size_t piece = 1; piece <= raw.size(); ++piece) {
    for (const std::size_t most : {1, 2, 100}) {
      for (const auto& [text, format] : {std::pair{lines, kNdjson}, {csv, kCsv}, {raw, kRaw}}) {
        const Sliced sliced = slices(text, piece, most, format, named({"x", "y"}));
        EXPECT_EQ(sliced.problem, "") << piece;
        EXPECT_EQ(sliced.values, expected) << piece;
        EXPECT_LE(sliced.most, most);
      }
    }
  }
}

TEST(SliceReader, AByteOrderMarkStandsAtTheBeginningOrIsText) {
  const model::Schema schema = named({"x", "y"});
  for (std::size_t piece = 1; piece <= 6; ++piece) {
    EXPECT_EQ(slices("\xEF\xBB\xBF\"y\",\"x\"\n2,1\n", piece, 1, kCsv, schema).values, (std::vector<double>{1, 2}));
    EXPECT_EQ(slices("\xEF\xBB\xBF\n\ny,x\n2,1\n", piece, 1, kCsv, schema).values, (std::vector<double>{1, 2}));
    for (const char* text : {"\n\xEF\xBB\xBF"
                             "1,2\n",
                             "\xEF\xBB"
                             "1,2\n",
                             "\xEF"}) {
      EXPECT_EQ(slices(text, piece, 1, kCsv, schema).problem.substr(0, 3), "422") << text;
    }
  }
}

TEST(SliceReader, TellsTheLineOrTheRowInAllOfTheBody) {
  for (const std::size_t piece : {1, 3, 100}) {
    for (const std::size_t most : {1, 2}) {
      const auto complaint = [&](std::string_view text, SliceFormat format) {
        return slices(text, piece, most, format, named({"x", "y"})).problem;
      };
      EXPECT_THAT(complaint("[1,2]\n\n[3,4]\n[5]\n", kNdjson), HasSubstr("line 4"));
      EXPECT_THAT(complaint("[1,2]\n[3,4]\n[5,,\n", kNdjson), HasSubstr("(line 3, column 4)"));
      EXPECT_THAT(complaint("x,y\n1,2\n\"3\n\",4\n5,6\n", kCsv), HasSubstr("line 3"));
      EXPECT_THAT(complaint("1,2\n\n3,4\n5,z\n", kCsv), HasSubstr("line 4"));
    }
  }
}

TEST(SliceReader, RefusesWhatAWholeBodyIsRefusedFor) {
  const model::Schema schema = named({"x", "y"});
  EXPECT_EQ(slices("\n\n", 1, 5, kNdjson, schema).problem, "422 expected at least one row");
  EXPECT_EQ(slices("", 1, 5, kCsv, schema).problem, "422 expected at least one row");
  EXPECT_EQ(slices("x,y\n", 1, 5, kCsv, schema).problem, "422 expected at least one row");
  EXPECT_EQ(slices(std::string(20, '\0'), 3, 5, kRaw, schema).problem,
            "422 the body ends within a row: 4 bytes of 16 (2 values) are there");
  EXPECT_EQ(slices("12345678", 9, 5, kRaw, schema_of({})).problem.substr(0, 3), "422");
}

TEST(SliceReader, AFailureGivesBackTheRowsOfItsCall) {
  EXPECT_EQ(slices("[1,2]\n[3,4]\n[5]\n", 100, 100, kNdjson, named({"x", "y"})).values, std::vector<double>());
  EXPECT_EQ(slices("[1,2]\n[3,4]\n[5]\n", 8, 100, kNdjson, named({"x", "y"})).values, (std::vector<double>{1, 2}));
}

TEST(SliceReader, ARowWithoutEndIsRefused) {
  const std::string line(SliceReader::kMostRecord + 3 * 1024 * 1024, ' ');
  EXPECT_EQ(slices(line, 1024 * 1024, 10, kNdjson, numbered(1)).problem, "413 line 1: a row of more than 16 MiB");
}

}  // namespace
}  // namespace pelton::codec
