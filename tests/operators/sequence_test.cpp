#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;
using tensor::RowAxis;
using tensor::Traced;
using tensor::Value;

Value value(const Tensor& tensor) {
  Value made;
  made.tensor.assign(tensor);
  return made;
}
Value position(std::int64_t at) { return value(Tensor::scalar(at)); }

struct Built {
  std::shared_ptr<const Operation> operation;
  Operand output;
};

/// A node that takes these values.
Built build(std::string_view name, const std::vector<Value>& inputs,
            const std::map<std::string, AttributeValue, std::less<>>& attributes = {}) {
  std::vector<Operand> operands;
  for (const Value& input : inputs) {
    const bool empty = input.is_sequence && input.length == 0;
    const DataType type = empty               ? DataType::float32
                          : input.is_sequence ? input.sequence[0].type()
                                              : input.tensor.type();
    operands.push_back({true, input.is_sequence, type, nullptr});
  }
  Node node(13, operands, {true}, [&](std::string_view asked) -> std::optional<AttributeValue> {
    const auto found = attributes.find(asked);
    return found == attributes.end() ? std::nullopt : std::optional(found->second);
  });
  Built built{find_operator("", name)->build(node), {}};
  built.output = node.given().at(0);
  return built;
}

Value run(std::string_view name, const std::vector<Value>& inputs,
          const std::map<std::string, AttributeValue, std::less<>>& attributes = {}) {
  const Built built = build(name, inputs, attributes);
  std::vector<const Value*> taken;
  for (const Value& input : inputs) taken.push_back(&input);
  Value result;
  Value* const given = &result;
  core::TextArena texts;
  tensor::RunContext context{texts};
  built.operation->run(taken, {&given, 1}, context);
  EXPECT_EQ(result.is_sequence, built.output.is_sequence);
  return result;
}

template <class... V>
std::vector<Value> values(V... each) {
  std::vector<Value> all;
  (all.push_back(std::move(each)), ...);
  return all;
}

Value copy(const Value& other) {
  Value made;
  made.assign(other);
  return made;
}

Value sequence(std::initializer_list<float> numbers) {
  Value made = run("SequenceEmpty", {});
  for (const float number : numbers) {
    made = run("SequenceInsert", values(std::move(made), value(Tensor::scalar(number))));
  }
  return made;
}

Row numbers(const Value& sequence) {
  Row row;
  for (std::size_t i = 0; i < sequence.length; ++i) row.push_back(sequence.sequence[i].values<float>()[0]);
  return row;
}

TEST(Sequence, IsConstructedAndRead) {
  const Value two = run("SequenceConstruct", values(value(counting({2})), value(counting({3, 1}))));
  ASSERT_EQ(two.length, 2U);
  EXPECT_EQ(two.sequence[1].shape(), Shape({3, 1}));
  EXPECT_EQ(run("SequenceAt", values(copy(two), position(-1))).tensor.shape(), Shape({3, 1}));
  EXPECT_EQ(run("SequenceAt", values(copy(two), position(0))).tensor.shape(), Shape({2}));
  EXPECT_EQ(run("SequenceLength", values(copy(two))).tensor.values<std::int64_t>()[0], 2);
  EXPECT_THROW(run("SequenceAt", values(copy(two), position(2))), Failure);
  EXPECT_THROW(run("SequenceAt", values(copy(two), position(-3))), Failure);
}

TEST(Sequence, IsChangedAtPositions) {
  const auto insert = [](std::int64_t at) {
    return numbers(run("SequenceInsert", values(sequence({1, 2}), value(Tensor::scalar(9.0F)), position(at))));
  };
  EXPECT_EQ(insert(0), (Row{9, 1, 2}));
  EXPECT_EQ(insert(2), (Row{1, 2, 9}));
  EXPECT_EQ(insert(-1), (Row{1, 9, 2}));
  EXPECT_THROW(insert(3), Failure);
  EXPECT_THROW(insert(-3), Failure);
  EXPECT_EQ(numbers(run("SequenceErase", values(sequence({1, 2, 3})))), (Row{1, 2}));
  EXPECT_EQ(numbers(run("SequenceErase", values(sequence({1, 2, 3}), position(-3)))), (Row{2, 3}));
  EXPECT_THROW(run("SequenceErase", values(sequence({}))), Failure);
}

TEST(Sequence, HoldsOneType) {
  EXPECT_THROW(build("SequenceConstruct", values(value(counting({1})), value(counting<std::int32_t>({1})))), Refusal);
  EXPECT_THROW(build("SequenceInsert", values(sequence({1}), value(counting<std::int32_t>({1})))), Refusal);
  EXPECT_THROW(build("SequenceAt", values(value(counting({1})), position(0))), Refusal);
  EXPECT_THROW(build("SequenceEmpty", {}, {{"dtype", std::int64_t{99}}}), Refusal);
  EXPECT_EQ(build("SequenceEmpty", {}, {{"dtype", std::int64_t{8}}}).output.type, DataType::string);
}

TEST(SplitToSequence, CutsByLength) {
  const auto shapes = [](const Value& sequence) {
    std::vector<Shape> all;
    for (std::size_t i = 0; i < sequence.length; ++i) all.push_back(sequence.sequence[i].shape());
    return all;
  };
  using Shapes = std::vector<Shape>;
  const Tensor x = counting({5, 2});
  const auto cut_by = [&](const Tensor& split) {
    return shapes(run("SplitToSequence", values(value(x), value(split))));
  };
  EXPECT_EQ(cut_by(Tensor::scalar(std::int64_t{2})), (Shapes{{2, 2}, {2, 2}, {1, 2}}));
  EXPECT_EQ(cut_by(make_tensor<std::int32_t>({3}, {1, 0, 4})), (Shapes{{1, 2}, {0, 2}, {4, 2}}));
  EXPECT_EQ(shapes(run("SplitToSequence", values(value(x)), {{"axis", std::int64_t{-1}}})), (Shapes{{5, 1}, {5, 1}}));
  EXPECT_EQ(
      shapes(run("SplitToSequence", values(value(x)), {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}})),
      (Shapes{{5}, {5}}));
  EXPECT_THROW(cut_by(Tensor::scalar(std::int64_t{0})), Failure);
  EXPECT_THROW(cut_by(Tensor::scalar(INT64_MIN)), Failure);
  EXPECT_EQ(cut_by(Tensor::scalar(INT64_MAX)), (Shapes{{5, 2}}));
  EXPECT_THROW(cut_by(make_tensor<std::int64_t>({2}, {1, 3})), Failure);
  EXPECT_THROW(cut_by(make_tensor<std::int64_t>({2}, {6, -1})), Failure);
  EXPECT_THROW(run("SplitToSequence", values(value(counting({70'000})))), Failure);
}

TEST(ConcatFromSequence, JoinsAndStacks) {
  const auto joined = [](const Value& parts, std::int64_t axis, std::int64_t new_axis) {
    return std::move(run("ConcatFromSequence", values(copy(parts)), {{"axis", axis}, {"new_axis", new_axis}}).tensor);
  };
  const Value parts = run("SequenceConstruct",
                          values(value(make_tensor<float>({2, 1}, {1, 2})), value(make_tensor<float>({2, 1}, {3, 4}))));
  EXPECT_EQ(list<float>(joined(parts, 1, 0)), (Row{1, 3, 2, 4}));
  EXPECT_EQ(list<float>(joined(parts, 0, 0)), (Row{1, 2, 3, 4}));
  EXPECT_EQ(joined(parts, -1, 1).shape(), Shape({2, 1, 2}));
  EXPECT_EQ(list<float>(joined(parts, -1, 1)), (Row{1, 3, 2, 4}));
  EXPECT_EQ(joined(sequence({1, 2}), 0, 1).shape(), Shape({2}));
  EXPECT_THROW(joined(sequence({1, 2}), 0, 0), Failure);
  EXPECT_THROW(joined(sequence({}), 0, 1), Failure);
  const Value uneven = run("SequenceConstruct", values(value(counting({2})), value(counting({3}))));
  EXPECT_EQ(joined(uneven, 0, 0).shape(), Shape({5}));
  EXPECT_THROW(joined(uneven, 0, 1), Failure);
}

TEST(Sequence, KeepsRowsApart) {
  const Traced rows{{3, 2}, RowAxis::at(0)};
  const Traced at_axis{{}, RowAxis::at(0)};
  const Traced fixed{{}, RowAxis::none()};
  const auto row_axis = [](const Built& built, std::vector<Traced> inputs, const Shape& output) {
    return built.operation->row_axis(inputs, output, 0);
  };
  const Built construct = build("SequenceConstruct", values(value(counting({2})), value(counting({2}))));
  EXPECT_EQ(row_axis(construct, {rows, rows}, {}), RowAxis::at(0));
  EXPECT_TRUE(row_axis(construct, {rows, fixed}, {}).is_mixed());
  const Built at = build("SequenceAt", values(sequence({1}), position(0)));
  EXPECT_EQ(row_axis(at, {at_axis, fixed}, {3, 2}), RowAxis::at(0));
  EXPECT_TRUE(row_axis(at, {fixed, rows}, {3, 2}).is_mixed());
  EXPECT_TRUE(row_axis(build("SequenceLength", values(sequence({1}))), {at_axis}, {}).is_none());
  const Built stack =
      build("ConcatFromSequence", values(sequence({1})), {{"axis", std::int64_t{0}}, {"new_axis", std::int64_t{1}}});
  EXPECT_EQ(row_axis(stack, {at_axis}, {2, 3, 2}), RowAxis::at(1));
  const Built join = build("ConcatFromSequence", values(sequence({1})), {{"axis", std::int64_t{0}}});
  EXPECT_TRUE(row_axis(join, {at_axis}, {6, 2}).is_mixed());
  const Built columns = build("SplitToSequence", values(value(counting({3, 2}))), {{"axis", std::int64_t{1}}});
  EXPECT_EQ(row_axis(columns, {rows}, {}), RowAxis::at(0));
  EXPECT_TRUE(row_axis(build("SplitToSequence", values(value(counting({3, 2})))), {rows}, {}).is_mixed());
}

}  // namespace
}  // namespace pelton::operators
