#include "core/byte_reader.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace pelton::core {
namespace {

TEST(ByteReader, ReadsValuesInMemoryOrderUntilTheEnd) {
  const std::string bytes("\x01\x02\x03\x04\x05\x06", 6);
  ByteReader reader(bytes);
  std::uint32_t four = 0;
  ASSERT_TRUE(reader.read(four));
  EXPECT_EQ(four, 0x04030201U);
  EXPECT_FALSE(reader.read(four)) << "only two left";
  EXPECT_EQ(reader.position(), 4U) << "a refusal moves nothing";
  std::uint16_t two = 0;
  ASSERT_TRUE(reader.read(two));
  EXPECT_TRUE(reader.done());
}

TEST(ByteReader, ALengthBeyondTheEndIsRefusedHoweverLarge) {
  ByteReader reader(std::string_view("abc"));
  std::string_view view;
  EXPECT_FALSE(reader.read_bytes(4, view));
  EXPECT_FALSE(reader.read_bytes(~std::uint64_t{0}, view));
  EXPECT_TRUE(reader.read_bytes(3, view));
  EXPECT_EQ(view, "abc");
}

TEST(ByteReader, ReadsVarints) {
  const auto read = [](std::string_view bytes, std::uint64_t& value) { return ByteReader(bytes).read_varint(value); };
  std::uint64_t value = 0;
  ASSERT_TRUE(read(std::string_view("\x00", 1), value));
  EXPECT_EQ(value, 0U);
  ASSERT_TRUE(read("\xAC\x02", value));
  EXPECT_EQ(value, 300U);
  ASSERT_TRUE(read("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", value));
  EXPECT_EQ(value, ~std::uint64_t{0});
  EXPECT_FALSE(read("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", value)) << "more than 64 bits";
  EXPECT_FALSE(read("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x80\x01", value)) << "more than ten bytes";
  EXPECT_FALSE(read("\x80", value)) << "cut off";
}

}  // namespace
}  // namespace pelton::core
