#include "codec/record_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pieced_text.hpp"

namespace pelton::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

struct Read {
  RowFormat format{};
  std::vector<std::string> records;  ///< `line: text`
  std::string error;                 ///< `line: message`
};

Read read_all(ByteSource& source, std::optional<RowFormat> format = {}) {
  RecordReader reader(source, format);
  Read read;
  const auto told = reader.format();
  if (!told) return {{}, {}, told.error().message()};
  read.format = *told;
  for (;;) {
    Record record;
    const auto step = reader.next(record);
    if (!step) {
      read.error = std::to_string(reader.line()) + ": " + step.error().message();
      return read;
    }
    if (*step == RecordReader::Step::end) return read;
    if (*step == RecordReader::Step::record) {
      read.records.push_back(std::to_string(record.line) + ": " + std::string(record.text));
    } else if (const auto refilled = reader.refill(); !refilled) {
      read.error = refilled.error().message();
      return read;
    }
  }
}

/// The same however the text arrives.
Read read_all(std::string_view text, std::optional<RowFormat> format = {}) {
  PiecedText whole(text, text.size() + 1);
  Read read = read_all(whole, format);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}}) {
    PiecedText pieces(text, piece);
    const Read again = read_all(pieces, format);
    EXPECT_EQ(again.format, read.format) << text;
    EXPECT_THAT(again.records, ElementsAreArray(read.records)) << text << " in pieces of " << piece;
    EXPECT_EQ(again.error, read.error) << text;
  }
  return read;
}

TEST(RecordReader, CutsCsvAtLineEndsOutsideQuotes) {
  const Read read = read_all(
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n1,\"x\ny\"\"\n\"\n\n2,3\n\"4\",5");
  EXPECT_EQ(read.format, RowFormat::csv);
  EXPECT_THAT(read.records, ElementsAre("1: a,b\r\n", "3: 1,\"x\ny\"\"\n\"\n", "7: 2,3\n", "8: \"4\",5"));
}

TEST(RecordReader, AStrayQuoteInCsvHarmsItsOwnLineOnly) {
  EXPECT_THAT(read_all("a,b\n1\",2\n3,4\n").records, ElementsAre("1: a,b\n", "2: 1\",2\n", "3: 3,4\n"));
}

TEST(RecordReader, CutsLines) {
  const Read read = read_all("[1,2]\r\n\n  \n{\"x\":[3,4]}\n{\"x\":");
  EXPECT_EQ(read.format, RowFormat::ndjson);
  EXPECT_THAT(read.records, ElementsAre("1: [1,2]", "4: {\"x\":[3,4]}", "5: {\"x\":"));
}

TEST(RecordReader, CutsDocuments) {
  struct Case {
    const char* text;
    std::vector<std::string> records;
  };
  const Case cases[] = {
      {"[[1,2],[3,4]]", {"1: [1,2]", "1: [3,4]"}},
      {"{\"x\":[[1,2],[3,4]]}", {"1: [1,2]", "1: [3,4]"}},
      {" { \"x\" :\n[ [1,\n2] , {\"a\":\"]}\\\"\"}\n]\n} \n", {"2: [1,\n2]", "3: {\"a\":\"]}\\\"\"}"}},
      {"[{\"a\":[1]},{\"a\":2}]\n", {"1: {\"a\":[1]}", "1: {\"a\":2}"}},
      {"{\n\"x\":[1,2]\n}\n", {"1: {\n\"x\":[1,2]\n}"}},
      {"{\n\"a\":1,\n\"b\":2}", {"1: {\n\"a\":1,\n\"b\":2}"}},
      {"[\n1,\n2\n]", {"1: [\n1,\n2\n]"}},
      {"[[1], 7, \"a]\", null]", {"1: [1]", "1: 7", "1: \"a]\"", "1: null"}},
      {"[[\"]\"],[\"\\\\\"]]", {"1: [\"]\"]", "1: [\"\\\\\"]"}},
      {"[[1]]\n[[2]]\n{\"x\":[[3]]}", {"1: [1]", "2: [2]", "3: [3]"}},
      {"[]", {}},
      {"{\"x\":[]}", {}},
  };
  for (const Case& c : cases) {
    const Read read = read_all(c.text);
    EXPECT_EQ(read.format, RowFormat::json) << c.text;
    EXPECT_THAT(read.records, ElementsAreArray(c.records)) << c.text;
    EXPECT_EQ(read.error, "") << c.text;
  }
}

TEST(RecordReader, TellsWhereADocumentIsBroken) {
  const std::pair<const char*, const char*> cases[] = {
      {"[[1],\n[2]\n[3]]", "3: malformed JSON: expected ',' or ']' after a row"},
      {"[[1],]", "1: malformed JSON: expected a row after ','"},
      {"[[1]", "1: malformed JSON: it ends too early, within the list of rows"},
      {"{\"x\":[[1]]", "1: malformed JSON: it ends too early, within the list of rows"},
      {"{\"x\":[[1]],\"id\":1}", "1: malformed JSON: expected '}': nothing may stand beside the rows of \"x\""},
      {"{\"x\":[[1]]]", "1: malformed JSON: expected '}': nothing may stand beside the rows of \"x\""},
  };
  for (const auto& [text, why] : cases) EXPECT_EQ(read_all(text).error, why) << text;
}

TEST(RecordReader, TellsFormatsApartByContent) {
  EXPECT_EQ(read_all("").format, RowFormat::csv);
  EXPECT_EQ(read_all("1,2\n").format, RowFormat::csv);
  EXPECT_EQ(read_all("\n\n[1]\n").format, RowFormat::ndjson);
  EXPECT_EQ(read_all("[1,2]").format, RowFormat::ndjson);
  EXPECT_EQ(read_all("{\"x\":[1,2}\n{\"x\":[3,4]}\n").format, RowFormat::ndjson);
  EXPECT_EQ(read_all("[1]\n", RowFormat::csv).format, RowFormat::csv);
}

TEST(RecordReader, HoldsOneWindowOfAnEndlessStream) {
  for (const char* const piece : {"1.5,2.5\n", "[1,2]\n"}) {
    RepeatedSource source(piece, 32 * 1024 * 1024);
    RecordReader reader(source);
    ASSERT_TRUE(reader.format());
    std::size_t records = 0;
    const char* lowest = nullptr;
    const char* highest = nullptr;
    for (bool more = true; more;) {
      Record record;
      const auto step = reader.next(record);
      ASSERT_TRUE(step);
      if (*step == RecordReader::Step::dry) {
        ASSERT_TRUE(reader.refill());
      }
      more = *step != RecordReader::Step::end;
      if (*step != RecordReader::Step::record) continue;
      ++records;
      lowest = lowest == nullptr ? record.text.data() : std::min(lowest, record.text.data());
      highest = std::max(highest, record.text.data());
    }
    EXPECT_EQ(records, source.pieces());
    EXPECT_LE(highest - lowest, static_cast<std::ptrdiff_t>(ByteWindow::kSize));
  }
}

TEST(RecordReader, RefusesARecordThatIsTooLargeToHold) {
  const std::size_t too_large = ByteWindow::kMost + (std::size_t{1} << 20);
  const std::tuple<const char*, const char*, RowFormat> cases[] = {
      {"\"", "aaaaaaaaa,\n", RowFormat::csv},
      {"[", "[[[[[[", RowFormat::json},
      {"[\"", "aaaa", RowFormat::ndjson},
  };
  for (const auto& [begin, piece, format] : cases) {
    PiecedText opened(begin);
    RepeatedSource rest(piece, too_large);
    ChainedSource both(opened, rest);
    EXPECT_THAT(read_all(both, format).error, HasSubstr("a row of more than 64 MiB"));
  }
}

TEST(RecordReader, PassesOnWhatTheSourceSays) {
  BrokenSource source;
  EXPECT_EQ(read_all(source).error, "the disk is gone");
}

}  // namespace
}  // namespace pelton::codec
