#include "codec/base64.hpp"

#include <gtest/gtest.h>

namespace pelton::codec {
namespace {

std::string decoded(std::string_view text) {
  std::string out = "what was there before";
  return decode_base64(text, out) ? out : "refused";
}

TEST(Base64Test, DecodesTheVectorsOfTheRfc) {
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("Zg=="), "f");
  EXPECT_EQ(decoded("Zm8="), "fo");
  EXPECT_EQ(decoded("Zm9v"), "foo");
  EXPECT_EQ(decoded("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decoded("+/+/"), decoded("-_-_"));
  EXPECT_EQ(decoded("AAD/"), std::string("\0\0\xff", 3));
}

TEST(Base64Test, RefusesWhatIsNoneOfIt) {
  for (const char* const text :
       {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Zm9v=", "Z=g=", "Zm 9", "Zm9v\n", "Zg==Zg=="}) {
    EXPECT_EQ(decoded(text), "refused") << text;
  }
}

}  // namespace
}  // namespace pelton::codec
