#include "tensor/operation.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pelton::tensor {
namespace {

/// Gives a list of zeros.
class Zeros final : public Operation {
 public:
  explicit Zeros(std::int64_t count) : count_(count) {}
  void run(std::span<const Value* const>, std::span<Value* const> outputs, RunContext&) const override {
    outputs[0]->tensor.reset<double>({count_});
  }

 private:
  std::int64_t count_;
};

std::size_t work_of(const Zeros& operation) {
  core::TextArena texts;
  RunContext context{.texts = texts};
  Value result;
  run_counted(operation, {}, std::array{&result}, context);
  return RunContext::kMaxWork - context.work;
}

TEST(RunCounted, CountsElementsOfWhatIsSmallAndBytesOfWhatIsLarge) {
  EXPECT_EQ(work_of(Zeros(101)) - work_of(Zeros(1)), 100U);
  constexpr std::int64_t kMany = std::int64_t{1} << 18;
  EXPECT_GE(work_of(Zeros(kMany)), kMany * sizeof(double));
}

}  // namespace
}  // namespace pelton::tensor
