#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using Row = std::vector<float>;
using tensor::Failure;
using tensor::RunContext;
using tensor::Value;

/// Sum of two tensors, the second of one shape with the first or a scalar.
class Add final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const std::span<const float> a = inputs[0]->tensor.values<float>();
    const std::span<const float> b = inputs[1]->tensor.values<float>();
    const std::span<float> sum = outputs[0]->tensor.reset<float>(inputs[0]->tensor.shape());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = a[i] + b[b.size() == 1 ? 0 : i];
  }
};

/// A body (state, element) -> (state, sum), where the state is the sum or is handed on as it is.
class SumBody final : public Subgraph {
 public:
  explicit SumBody(bool carries) : carries_(carries) {}
  std::size_t inputs() const noexcept override { return 2; }
  Compiled compile(std::span<const Operand> given) const override {
    tensor::Graph::Builder builder;
    const std::size_t state = builder.add_input();
    const std::size_t element = builder.add_input();
    const std::array addends{element, state};
    const std::size_t sum = builder.add_node("add", std::make_shared<Add>(), addends, 1);
    Node identity(13, {given[0]}, {true}, [](std::string_view) { return std::nullopt; });
    const std::array handed{state};
    const std::size_t same_state =
        builder.add_node("identity", find_operator("", "Identity")->build(identity), handed, 1);
    const std::array outputs{carries_ ? sum : same_state, sum};
    return {std::make_shared<const tensor::Graph>(builder.build(outputs)), {given[0], given[1]}, 0};
  }

 private:
  bool carries_;
};

using Attributes = std::map<std::string, AttributeValue, std::less<>>;

NodeCase scan(bool carries, Attributes attributes = {}, std::int64_t opset = 21) {
  attributes.emplace("body", std::static_pointer_cast<const Subgraph>(std::make_shared<SumBody>(carries)));
  attributes.emplace("num_scan_inputs", std::int64_t{1});
  return {.opset = opset, .attributes = std::move(attributes), .outputs = 2};
}

std::vector<Tensor> run_scan(const NodeCase& test, const Inputs& inputs) {
  core::TextArena texts;
  return run_node_outputs("Scan", test, inputs, texts);
}

TEST(Scan, CarriesItsStateAlong) {
  const Tensor start = make_tensor<float>({2}, {10, 20});
  const Tensor x = make_tensor<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const std::vector<Tensor> y = run_scan(scan(true), {&start, &x});
  EXPECT_EQ(list<float>(y[0]), (Row{19, 32}));
  EXPECT_EQ(y[1].shape(), Shape({3, 2}));
  EXPECT_EQ(list<float>(y[1]), (Row{11, 22, 14, 26, 19, 32}));
}

TEST(Scan, InEitherDirectionAndAlongAnyAxis) {
  const Tensor start = make_tensor<float>({2}, {0, 0});
  const Tensor x = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Attributes columns{{"scan_input_axes", Ints{-1}}, {"scan_output_axes", Ints{1}}};
  EXPECT_EQ(list<float>(run_scan(scan(true, columns), {&start, &x})[1]), (Row{1, 3, 6, 4, 9, 15}));
  Attributes backward = columns;
  backward.emplace("scan_input_directions", Ints{1});
  EXPECT_EQ(list<float>(run_scan(scan(true, backward), {&start, &x})[1]), (Row{3, 5, 6, 6, 11, 15}));
  backward.emplace("scan_output_directions", Ints{1});
  EXPECT_EQ(list<float>(run_scan(scan(true, backward), {&start, &x})[1]), (Row{6, 5, 3, 15, 11, 6}));
}

TEST(Scan, ScansBatchesInVersion8) {
  const Tensor start = make_tensor<float>({2, 1}, {0, 100});
  const Tensor x = make_tensor<float>({2, 3, 1}, {1, 2, 3, 4, 5, 6});
  const std::vector<Tensor> y = run_scan(scan(true, {}, 8), {nullptr, &start, &x});
  EXPECT_EQ(list<float>(y[0]), (Row{6, 115}));
  EXPECT_EQ(y[1].shape(), Shape({2, 3, 1}));
  EXPECT_EQ(list<float>(y[1]), (Row{1, 3, 6, 104, 109, 115}));
  const Tensor lengths = make_tensor<std::int64_t>({2}, {2, 3});
  const Attributes backward{{"directions", Ints{1}}};
  EXPECT_EQ(list<float>(run_scan(scan(true, backward, 8), {&lengths, &start, &x})[1]), (Row{2, 3, 0, 106, 111, 115}));
  const Tensor long_lengths = make_tensor<std::int64_t>({2}, {2, 4});
  EXPECT_THROW(run_scan(scan(true, {}, 8), {&long_lengths, &start, &x}), Failure);
  const Tensor flat = make_tensor<float>({3}, {1, 2, 3});
  EXPECT_THROW(run_scan(scan(true, {}, 8), {nullptr, &start, &flat}), Failure);
}

TEST(Scan, FailsWhereThereIsNothingToScan) {
  const Tensor start = make_tensor<float>({2}, {0, 0});
  const Tensor none = counting({0, 2});
  EXPECT_THROW(run_scan(scan(true), {&start, &none}), Failure);
  const Tensor scalar = Tensor::scalar(1.0F);
  EXPECT_THROW(run_scan(scan(true), {&start, &scalar}), Failure);
}

TEST(Scan, RefusesAttributesThatDoNotFit) {
  const Tensor start = make_tensor<float>({2}, {0, 0});
  const Tensor x = counting({3, 2});
  EXPECT_THROW(run_scan(scan(true, {{"num_scan_inputs", std::int64_t{3}}}), {&start, &x}), Refusal);
  EXPECT_THROW(run_scan(scan(true, {{"num_scan_inputs", std::int64_t{0}}}), {&start, &x}), Refusal);
  EXPECT_THROW(run_scan(scan(true, {{"scan_input_axes", Ints{0, 0}}}), {&start, &x}), Refusal);
  EXPECT_THROW(run_scan(scan(true, {{"scan_input_directions", Ints{2}}}), {&start, &x}), Refusal);
  NodeCase no_body = scan(true);
  no_body.attributes.erase("body");
  EXPECT_THROW(run_scan(no_body, {&start, &x}), Refusal);
}

TEST(Scan, RunsItsBodyABoundedNumberOfTimes) {
  const Tensor start = Tensor::scalar(0.0F);
  Tensor x;
  x.reset(DataType::float32, Shape({RunContext::kMaxIterations + 1, 0}));
  EXPECT_THROW(run_scan(scan(true), {&start, &x}), Failure);
}

TEST(Scan, KeepsRowsApartWhereNothingIsCarriedAlong) {
  const auto node = [](bool carries, std::size_t rows, Attributes attributes) {
    NodeCase test = scan(carries, std::move(attributes));
    return TracedNode("Scan", std::move(test), same(make_tensor<float>({1}, {7})), rows_at(rows, counting({3, 3})));
  };
  node(false, 0, {}).expect_rows_at(0, 1);
  EXPECT_TRUE(node(false, 0, {}).trace(0).rows.is_none());
  node(false, 1, {{"scan_input_axes", Ints{1}}, {"scan_output_axes", Ints{1}}}).expect_rows_at(1, 1);
  node(false, 0, {{"scan_input_directions", Ints{1}}, {"scan_output_directions", Ints{1}}}).expect_rows_at(0, 1);
  EXPECT_TRUE(node(false, 0, {{"scan_input_directions", Ints{1}}}).trace(1).rows.is_mixed());
  EXPECT_TRUE(node(false, 1, {}).trace(1).rows.is_mixed());
  EXPECT_TRUE(node(true, 0, {}).trace(1).rows.is_mixed());
}

TEST(Scan, KeepsBatchesApartInVersion8) {
  const TracedNode node("Scan", scan(true, {}, 8), rows_at(0, make_tensor<std::int64_t>({3}, {2, 2, 2})),
                        rows_at(0, counting({3, 2})), rows_at(0, counting({3, 2, 2})));
  node.expect_rows_at(0, 0);
  node.expect_rows_at(0, 1);
}

}  // namespace
}  // namespace pelton::operators
