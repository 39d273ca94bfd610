#include "http/content_coding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pelton::http {
namespace {

TEST(ContentCoding, ReadsAcceptEncoding) {
  using enum ContentCoding;
  EXPECT_EQ(preferred_coding("gzip, deflate, br"), gzip);
  EXPECT_EQ(preferred_coding("deflate"), deflate);
  EXPECT_EQ(preferred_coding("x-gzip"), gzip);
  EXPECT_EQ(preferred_coding("br"), identity);
  EXPECT_EQ(preferred_coding("identity"), identity);
  EXPECT_EQ(preferred_coding("*"), gzip);
  EXPECT_EQ(preferred_coding("gzip;q=0, *"), deflate);
  EXPECT_EQ(preferred_coding("gzip;q=0"), identity);
  EXPECT_EQ(preferred_coding("gzip;q=0.5, deflate;q=0.501"), deflate);
  EXPECT_EQ(preferred_coding("gzip; Q=0.5, deflate;q=0.5"), gzip);
  EXPECT_EQ(preferred_coding("gzip;q=1.001"), identity);
  EXPECT_EQ(preferred_coding("gzip;q=oops"), identity);
  EXPECT_EQ(preferred_coding("gzip;q="), identity);
  EXPECT_EQ(preferred_coding(",,"), identity);
}

TEST(ContentCoding, ReadsContentEncoding) {
  using enum ContentCoding;
  EXPECT_EQ(parse_content_coding("GZIP"), gzip);
  EXPECT_EQ(parse_content_coding("deflate"), deflate);
  EXPECT_EQ(parse_content_coding(""), identity);
  EXPECT_EQ(parse_content_coding("gzip, gzip"), unknown);
}

class Bodies : public testing::TestWithParam<ContentCoding> {
 protected:
  std::string packed(std::string_view plain) {
    core::TextBuffer bytes;
    EXPECT_TRUE(deflater_.deflate(GetParam(), plain, bytes));
    return std::string(bytes.view());
  }
  Inflater::Outcome unpack(std::string_view body, std::size_t most = 1 << 30, std::size_t ratio = 1 << 20) {
    out.clear();
    return inflater_.inflate(GetParam(), body, most, ratio, out);
  }
  core::TextBuffer out;

 private:
  Deflater deflater_;
  Inflater inflater_;
};

TEST_P(Bodies, ComeBackAsTheyWere) {
  for (const std::size_t size : {0, 1, 100, 16384, 16385, 1000000}) {
    std::string plain(size, ' ');
    for (std::size_t i = 0; i < size; ++i) plain[i] = static_cast<char>(i * i % 251);
    ASSERT_EQ(unpack(packed(plain)), Inflater::Outcome::ok);
    EXPECT_EQ(out.view(), plain);
  }
}

TEST_P(Bodies, AreCorruptUnlessWhole) {
  const std::string whole = packed(std::string(1000, 'x'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(unpack(whole.substr(0, size)), Inflater::Outcome::corrupt) << size;
  }
  EXPECT_EQ(unpack(whole + "z"), Inflater::Outcome::corrupt);
  EXPECT_EQ(unpack("this is plain text"), Inflater::Outcome::corrupt);
  std::string damaged = whole;
  damaged[damaged.size() - 1] = static_cast<char>(damaged[damaged.size() - 1] ^ 1);
  EXPECT_EQ(unpack(damaged), Inflater::Outcome::corrupt);
}

TEST_P(Bodies, AreBounded) {
  const std::string million = packed(std::string(1000000, 'x'));
  EXPECT_EQ(unpack(million, 1000000), Inflater::Outcome::ok);
  EXPECT_EQ(unpack(million, 999999), Inflater::Outcome::too_large);
  const std::string bomb = packed(std::string(1 << 24, 'x'));
  EXPECT_EQ(unpack(bomb, 1 << 30, 200), Inflater::Outcome::too_large);
  EXPECT_LE(out.size(), bomb.size() * 200 + 1);
  EXPECT_EQ(unpack(packed(std::string(1 << 20, 'x')), 1 << 30, 200), Inflater::Outcome::ok);
}

INSTANTIATE_TEST_SUITE_P(Codings, Bodies, testing::Values(ContentCoding::gzip, ContentCoding::deflate),
                         [](const auto& coding) { return std::string(to_string(coding.param)); });

TEST(Inflater, TakesRawDeflateAsSomeClientsSendIt) {
  core::TextBuffer zlib;
  Deflater().deflate(ContentCoding::deflate, "hello hello hello", zlib);
  const std::string_view raw = zlib.view().substr(2, zlib.size() - 6);  // without header and checksum
  core::TextBuffer out;
  EXPECT_EQ(Inflater().inflate(ContentCoding::deflate, raw, 1000, 200, out), Inflater::Outcome::ok);
  EXPECT_EQ(out.view(), "hello hello hello");
}

}  // namespace
}  // namespace pelton::http
