#include "core/result.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>

#include "core/aligned_buffer.hpp"
#include "core/cpu_features.hpp"

namespace pelton::core {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error(ErrorCode::invalid_argument, "odd");
  return n / 2;
}

TEST(Result, HoldsAValueOrTheReasonThereIsNone) {
  const auto good = half(4);
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(*good, 2);
  EXPECT_EQ(half(3).value_or(-1), -1);
  const auto bad = half(3);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message(), "odd");
  EXPECT_EQ(bad.error().within("n").message(), "n: odd");
  EXPECT_EQ(bad.error().within("n").code(), ErrorCode::invalid_argument);
}

TEST(Result, TakesTypesThatOnlyMove) {
  Result<std::unique_ptr<int>> owner = std::make_unique<int>(3);
  const std::unique_ptr<int> taken = *std::move(owner);
  EXPECT_EQ(*taken, 3);
}

TEST(Result, OfNothingIsSuccessByDefault) {
  EXPECT_TRUE(Result<void>().has_value());
  EXPECT_FALSE(Result<void>(Error(ErrorCode::io, "no")).has_value());
}

TEST(Error, ErrnoIsToldInWords) {
  EXPECT_EQ(errno_error("model.onnx", ENOENT).message(), "model.onnx: No such file or directory");
}

TEST(AlignedBuffer, IsAlignedZeroedAndKeepsItsContents) {
  AlignedBuffer<double> buffer;
  for (std::size_t size = 1; size < 3000; size = size * 2 + 1) {
    buffer.resize(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % kAlignment, 0U);
    EXPECT_EQ(buffer[size - 1], 0.0);
    buffer[size - 1] = static_cast<double>(size);
  }
  for (std::size_t size = 1; size < 3000; size = size * 2 + 1) EXPECT_EQ(buffer[size - 1], static_cast<double>(size));
  EXPECT_THROW(buffer.reserve(static_cast<std::size_t>(-1) / 4), std::bad_alloc);
  EXPECT_EQ(buffer[0], 1.0) << "a failed growth changes nothing";
}

TEST(Isa, NamesAreReadAndWritten) {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) EXPECT_EQ(parse_isa(to_string(isa)), isa);
  EXPECT_FALSE(parse_isa("sse9"));
  EXPECT_LE(active_isa(), detected_isa());
}

}  // namespace
}  // namespace pelton::core
