#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "small_graph.hpp"

/// What each operator computes, by hand.
namespace pelton::formats {
namespace {

using onnx::DataType;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// One operator x → y over a row of doubles.
struct UnaryCase {
  const char* op;
  std::vector<onnx::Attribute> attributes;
  std::vector<double> row;
  std::vector<double> expected;
};

class UnaryOperatorTest : public testing::TestWithParam<UnaryCase> {};

TEST_P(UnaryOperatorTest, Computes) {
  const UnaryCase& test = GetParam();
  SmallGraph graph(test.row.size());
  graph.op(test.op, test.attributes).output("y", DataType::float64, test.expected.size());
  EXPECT_EQ(graph.refusal(20), "loaded");
  EXPECT_THAT(graph.predict(test.row, 20), Pointwise(DoubleNear(1e-14), test.expected));
}

INSTANTIATE_TEST_SUITE_P(
    Operators, UnaryOperatorTest,
    testing::Values(UnaryCase{"Identity", {}, {1, -2}, {1, -2}}, UnaryCase{"Relu", {}, {1, -2}, {1, 0}},
                    UnaryCase{"LeakyRelu", {}, {1, -2}, {1, -2 * static_cast<double>(0.01F)}},
                    UnaryCase{"LeakyRelu", {{"alpha", 0.5F}}, {1, -2}, {1, -1}},
                    UnaryCase{"Elu", {{"alpha", 2.0F}}, {1, -1}, {1, 2 * std::expm1(-1)}},
                    UnaryCase{"Selu", {}, {1}, {1.05070102214813232421875}},
                    UnaryCase{"Celu", {{"alpha", 2.0F}}, {3, -1}, {3, 2 * std::expm1(-0.5)}},
                    UnaryCase{"ThresholdedRelu", {}, {1, 1.5}, {0, 1.5}},
                    UnaryCase{"HardSigmoid", {}, {0, 10}, {0.5, 1}}, UnaryCase{"HardSwish", {}, {3, -3}, {3, 0}},
                    UnaryCase{"Mish", {}, {0}, {0}}, UnaryCase{"Softplus", {}, {0}, {std::log(2)}},
                    UnaryCase{"Softsign", {}, {3, -1}, {0.75, -0.5}}, UnaryCase{"Sigmoid", {}, {0}, {0.5}},
                    UnaryCase{"Tanh", {}, {0.5}, {std::tanh(0.5)}}, UnaryCase{"Exp", {}, {1}, {std::exp(1)}},
                    UnaryCase{"Log", {}, {2}, {std::log(2)}}, UnaryCase{"Sqrt", {}, {9}, {3}},
                    UnaryCase{"Abs", {}, {-9}, {9}}, UnaryCase{"Neg", {}, {-9}, {9}},
                    UnaryCase{"Reciprocal", {}, {4}, {0.25}}, UnaryCase{"Sign", {}, {-3, 0, 2}, {-1, 0, 1}},
                    UnaryCase{"Floor", {}, {-1.5}, {-2}}, UnaryCase{"Ceil", {}, {-1.5}, {-1}},
                    UnaryCase{"Round", {}, {0.5, 1.5}, {0, 2}}, UnaryCase{"Erf", {}, {0.5}, {std::erf(0.5)}},
                    UnaryCase{"Gelu", {}, {1}, {0.5 * (1 + std::erf(std::sqrt(0.5)))}},
                    UnaryCase{"Softmax", {}, {0, std::log(3)}, {0.25, 0.75}},
                    UnaryCase{"LogSoftmax", {{"axis", std::int64_t{1}}}, {0, 0}, {-std::log(2), -std::log(2)}},
                    UnaryCase{"Dropout", {}, {1, 2}, {1, 2}}, UnaryCase{"Flatten", {}, {1, 2}, {1, 2}}),
    [](const auto& test) { return test.param.op + std::to_string(test.index); });

TEST(OnnxOperators, ReduceOverTheColumnsOfARow) {
  const auto reduced = [](const char* op) {
    SmallGraph graph(3);
    graph.node({op, {"x", "axes"}, {"y"}, "n"}).integers("axes", {-1}).output("y", DataType::float64, 1);
    EXPECT_EQ(graph.refusal(), "loaded") << op;
    return graph.predict({1, -2, 4}).at(0);
  };
  EXPECT_EQ(reduced("ReduceSum"), 3);
  EXPECT_EQ(reduced("ReduceMean"), 1);
  EXPECT_EQ(reduced("ReduceMax"), 4);
  EXPECT_EQ(reduced("ReduceMin"), -2);
  EXPECT_EQ(reduced("ReduceL1"), 7);
  EXPECT_EQ(reduced("ReduceSumSquare"), 21);
  EXPECT_EQ(reduced("ReduceL2"), std::sqrt(21));
  EXPECT_EQ(reduced("ReduceProd"), -8);
}

TEST(OnnxOperators, ReadReductionAxesWhereTheVersionHasThem) {
  const std::vector<std::int64_t> columns{1};
  EXPECT_EQ(SmallGraph(2).op("ReduceMax", {{"axes", columns}}).output("y", DataType::float64, 1).predict({1, 5}, 13),
            std::vector<double>{5});
  EXPECT_THAT(SmallGraph(2).op("ReduceMax", {{"axes", columns}}).output("y", DataType::float64, 1).refusal(18),
              HasSubstr("attribute \"axes\""));
  EXPECT_EQ(SmallGraph(2).op("ReduceSum", {{"axes", columns}}).output("y", DataType::float64, 1).predict({1, 5}, 11),
            std::vector<double>{6});
}

TEST(OnnxOperators, BroadcastConstantsOverColumns) {
  const auto with = [](const char* op, std::vector<std::int64_t> shape, std::vector<double> values) {
    SmallGraph graph(2);
    graph.node({op, {"x", "c"}, {"y"}, "n"}).numbers("c", std::move(shape), std::move(values));
    return graph.output("y", DataType::float64, 2).predict({6, -3});
  };
  EXPECT_THAT(with("Add", {2}, {1, 2}), ElementsAre(7, -1));
  EXPECT_THAT(with("Sub", {1, 2}, {1, 2}), ElementsAre(5, -5));
  EXPECT_THAT(with("Mul", {}, {2}), ElementsAre(12, -6));
  EXPECT_THAT(with("Div", {1}, {3}), ElementsAre(2, -1));
  EXPECT_THAT(with("Pow", {}, {2}), ElementsAre(36, 9));
  EXPECT_THAT(with("Min", {}, {0}), ElementsAre(0, -3));
  EXPECT_THAT(with("Max", {}, {0}), ElementsAre(6, 0));
}

TEST(OnnxOperators, KeepTheOrderOfOperands) {
  SmallGraph graph(2);
  graph.node({"Sub", {"c", "x"}, {"y"}, "n"}).numbers("c", {}, {1}).output("y", DataType::float64, 2);
  EXPECT_THAT(graph.predict({6, -3}), ElementsAre(-5, 4));
}

TEST(OnnxOperators, RefuseBroadcastsThatMixRows) {
  const auto with = [](std::vector<std::int64_t> shape, std::vector<double> values) {
    SmallGraph graph(2);
    graph.node({"Add", {"x", "c"}, {"y"}, "n"}).numbers("c", std::move(shape), std::move(values));
    return graph.output("y", DataType::float64, 2).refusal();
  };
  EXPECT_THAT(with({3}, {1, 2, 3}), HasSubstr("3 constants beside rows of 2"));
  EXPECT_THAT(with({0}, {}), HasSubstr("do not fit together"));
}

TEST(OnnxOperators, MultiplyByConstantWeights) {
  SmallGraph product(2);
  product.node({"MatMul", {"x", "w"}, {"y"}, "n"}).numbers("w", {2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(product.output("y", DataType::float64, 2).predict({1, 10}), ElementsAre(31, 42));

  SmallGraph gemm(2);
  gemm.node({"Gemm", {"x", "w", "b"}, {"y"}, "n", "", {{"transB", std::int64_t{1}}, {"alpha", 2.0F}, {"beta", 0.5F}}});
  gemm.numbers("w", {1, 2}, {1, 2}).numbers("b", {1}, {4}).output("y", DataType::float64, 1);
  EXPECT_THAT(gemm.predict({1, 10}), ElementsAre(44));

  SmallGraph vector(2);
  vector.node({"MatMul", {"x", "w"}, {"y"}, "n"}).numbers("w", {2}, {1, 2}).output("y", DataType::float64, 1);
  EXPECT_THAT(vector.predict({1, 10}), ElementsAre(21));
}

TEST(OnnxOperators, AddTheBiasOfAProductOnce) {
  const auto layer = [](std::vector<std::string> add_inputs, std::vector<std::int64_t> shape) {
    SmallGraph graph(2);
    graph.node({"MatMul", {"x", "w"}, {"p"}, "n"}).node({"Add", std::move(add_inputs), {"y"}, "m"});
    graph.numbers("w", {2, 2}, {1, 2, 3, 4}).numbers("b", std::move(shape), {100, 200});
    return graph.output("y", DataType::float64, 2).predict({1, 10});
  };
  EXPECT_THAT(layer({"p", "b"}, {2}), ElementsAre(131, 242));
  EXPECT_THAT(layer({"b", "p"}, {1, 2}), ElementsAre(131, 242));

  SmallGraph twice(2);  // the product is read twice, so it must stay bare
  twice.node({"MatMul", {"x", "w"}, {"p"}, "n"}).node({"Add", {"p", "b"}, {"s"}, "m"});
  twice.node({"Add", {"s", "p"}, {"y"}, "o"}).numbers("w", {2, 1}, {1, 2}).numbers("b", {1}, {100});
  EXPECT_THAT(twice.output("y", DataType::float64, 1).predict({1, 10}), ElementsAre(142));
}

TEST(OnnxOperators, RefuseProductsThatMixRows) {
  SmallGraph left(2);
  left.node({"MatMul", {"w", "x"}, {"y"}, "n"}).numbers("w", {2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(left.output("y", DataType::float64, 2).refusal(), HasSubstr("cannot be multiplied"));
  SmallGraph wide(3);
  wide.node({"MatMul", {"x", "w"}, {"y"}, "n"}).numbers("w", {2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(wide.output("y", DataType::float64, 2).refusal(), HasSubstr("rows of 3 by weights [2, 2]"));
  SmallGraph transposed(2);
  transposed.node({"Gemm", {"x", "w"}, {"y"}, "n", "", {{"transA", std::int64_t{1}}}}).numbers("w", {2, 1}, {1, 2});
  EXPECT_THAT(transposed.output("y", DataType::float64, 1).refusal(), HasSubstr("multiplies 1 columns by 2 rows"));
}

TEST(OnnxOperators, SelectColumns) {
  const std::vector<double> row{10, 11, 12, 13, 14};
  const auto sliced = [&](std::int64_t start, std::int64_t end, std::int64_t step, std::size_t width) {
    SmallGraph graph(5);
    graph.node({"Slice", {"x", "s", "e", "a", "t"}, {"y"}, "n"}).integers("s", {start}).integers("e", {end});
    return graph.integers("a", {1}).integers("t", {step}).output("y", DataType::float64, width).predict(row);
  };
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kBegin = std::numeric_limits<std::int64_t>::min();
  EXPECT_THAT(sliced(1, 3, 1, 2), ElementsAre(11, 12));
  EXPECT_THAT(sliced(-2, kEnd, 1, 2), ElementsAre(13, 14));
  EXPECT_THAT(sliced(0, kEnd, 2, 3), ElementsAre(10, 12, 14));
  EXPECT_THAT(sliced(kEnd, kBegin, -2, 3), ElementsAre(14, 12, 10));
  EXPECT_THAT(sliced(-1, 0, kBegin, 1), ElementsAre(14));
  EXPECT_THAT(sliced(3, 3, 1, 1), ElementsAre());  // nothing is left: refused

  SmallGraph gather(5);
  gather.node({"Gather", {"x", "i"}, {"y"}, "n", "", {{"axis", std::int64_t{1}}}}).integers("i", {4, -5, 4});
  EXPECT_THAT(gather.output("y", DataType::float64, 3).predict(row), ElementsAre(14, 10, 14));
  SmallGraph beyond(5);
  beyond.node({"Gather", {"x", "i"}, {"y"}, "n", "", {{"axis", std::int64_t{1}}}}).integers("i", {5});
  EXPECT_THAT(beyond.output("y", DataType::float64, 1).refusal(), HasSubstr("column 5 of 5"));
}

TEST(OnnxOperators, JoinColumns) {
  SmallGraph graph(2);
  graph.node({"Neg", {"x"}, {"n"}, "n"}).node({"Concat", {"n", "x"}, {"y"}, "c", "", {{"axis", std::int64_t{-1}}}});
  EXPECT_THAT(graph.output("y", DataType::float64, 4).predict({1, 2}), ElementsAre(-1, -2, 1, 2));
  SmallGraph rows(2);
  rows.node({"Concat", {"x", "x"}, {"y"}, "c", "", {{"axis", std::int64_t{0}}}}).output("y", DataType::float64, 2);
  EXPECT_THAT(rows.refusal(), HasSubstr("mixes rows"));
}

TEST(OnnxOperators, ReshapeRows) {
  const auto reshaped = [](std::vector<double> row, std::vector<std::int64_t> shape) {
    SmallGraph graph(row.size());
    graph.node({"Reshape", {"x", "s"}, {"y"}, "n"}).integers("s", std::move(shape));
    return graph.output("y", DataType::float64, row.size()).predict(std::move(row));
  };
  const std::vector<double> two{1, 2};
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{-1, 2}, {0, -1}, {-1}, {-1, 1}, {2, -1}, {-1, 1, 2}}) {
    EXPECT_EQ(reshaped(two, shape), two);
  }
  EXPECT_EQ(reshaped({3}, {-1}), std::vector<double>{3});
  EXPECT_EQ(reshaped({3}, {-1, 1}), std::vector<double>{3});
}

TEST(OnnxOperators, ClipByAttributesThenByInputs) {
  SmallGraph before(3);
  before.op("Clip", {{"min", -1.0F}, {"max", 1.0F}}).output("y", DataType::float64, 3);
  EXPECT_THAT(before.predict({-5, 0.5, 5}, 10), ElementsAre(-1, 0.5, 1));
  EXPECT_THAT(before.refusal(11), HasSubstr("attribute \"min\""));
  SmallGraph after(3);
  after.node({"Clip", {"x", "", "high"}, {"y"}, "n"}).numbers("high", {}, {1}).output("y", DataType::float64, 3);
  EXPECT_THAT(after.predict({-5, 0.5, 5}), ElementsAre(-5, 0.5, 1));
}

TEST(OnnxOperators, NormaliseBatchesAndLayers) {
  SmallGraph batch(2);
  batch.node({"BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"}, "n", "", {{"epsilon", 0.0F}}});
  batch.numbers("s", {2}, {2, 1}).numbers("b", {2}, {10, 0}).numbers("m", {2}, {1, 2}).numbers("v", {2}, {4, 1});
  EXPECT_THAT(batch.output("y", DataType::float64, 2).predict({5, 2}), ElementsAre(14, 0));

  SmallGraph layer(2);
  layer.node({"LayerNormalization", {"x", "s", "b"}, {"y"}, "n", "", {{"epsilon", 0.0F}}});
  layer.numbers("s", {2}, {1, 2}).numbers("b", {2}, {0, 1}).output("y", DataType::float64, 2);
  EXPECT_THAT(layer.predict({1, 3}), ElementsAre(-1, 3));
}

TEST(OnnxOperators, PrepareFeatures) {
  const std::vector<float> offset{1, 2};
  const std::vector<float> scale{10};
  SmallGraph scaler(2);
  scaler.op("Scaler", {{"offset", offset}, {"scale", scale}}, "ai.onnx.ml").output("y", DataType::float32, 2);
  EXPECT_THAT(scaler.predict({2, 2}), ElementsAre(10, 0));

  const std::vector<float> values{7, 8};
  SmallGraph imputer(2);
  imputer.op("Imputer",
             {{"imputed_value_floats", values}, {"replaced_value_float", std::numeric_limits<float>::quiet_NaN()}},
             "ai.onnx.ml");
  imputer.output("y", DataType::float64, 2);
  EXPECT_THAT(imputer.predict({kNaN, 1}), ElementsAre(7, 1));
  EXPECT_TRUE((*imputer.load())->schema().features[0].takes_missing);

  SmallGraph binarizer(3);
  binarizer.op("Binarizer", {{"threshold", 1.0F}}, "ai.onnx.ml").output("y", DataType::float64, 3);
  EXPECT_THAT(binarizer.predict({0, 1, 2}), ElementsAre(0, 0, 1));

  SmallGraph normalizer(2);
  normalizer.op("Normalizer", {{"norm", std::string("L1")}}, "ai.onnx.ml").output("y", DataType::float32, 2);
  EXPECT_THAT(normalizer.predict({3, -1}), ElementsAre(0.75, -0.25));
}

TEST(OnnxOperators, AskQuestionsAndChoose) {
  SmallGraph graph(3);
  graph.node({"IsNaN", {"x"}, {"m"}, "n"}).node({"Where", {"m", "c", "x"}, {"y"}, "w"}).numbers("c", {}, {-1});
  EXPECT_THAT(graph.output("y", DataType::float64, 3).predict({1, kNaN, 3}), ElementsAre(1, -1, 3));

  SmallGraph logic(2);
  logic.node({"Greater", {"x", "c"}, {"g"}, "n"}).node({"Not", {"g"}, {"h"}, "m"}).numbers("c", {}, {1});
  logic.node({"Cast", {"h"}, {"y"}, "o", "", {{"to", std::int64_t{11}}}}).output("y", DataType::float64, 2);
  EXPECT_THAT(logic.predict({0, 5}), ElementsAre(1, 0));
}

TEST(OnnxOperators, CastAsTheTypeAsks) {
  SmallGraph graph(2);
  graph.op("Cast", {{"to", std::int64_t{1}}}).output("y", DataType::float32, 2);
  EXPECT_THAT(graph.predict({0.1, 1}), ElementsAre(static_cast<double>(0.1F), 1));
  SmallGraph integer(2);
  integer.op("Cast", {{"to", std::int64_t{7}}}).output("y", DataType::int64, 2);
  EXPECT_THAT(integer.predict({2.9, -2.9}), ElementsAre(2, -2));
  EXPECT_THAT(SmallGraph(2).op("Cast", {{"to", std::int64_t{8}}}).output("y", DataType::string, 2).refusal(),
              HasSubstr("is text other than a label"));
}

TEST(OnnxOperators, ChooseByMarginsWhereProbabilitiesRunTogether) {
  // Both sigmoids are 1 in double; their margins differ.
  SmallGraph graph(2);
  graph.node({"Sigmoid", {"x"}, {"p"}, "n"}).node({"ArgMax", {"p"}, {"y"}, "m", "", {{"axis", std::int64_t{1}}}});
  graph.output("y", DataType::int64, 1);
  EXPECT_THAT(graph.predict({50, 60}), ElementsAre(1));
}

TEST(OnnxOperators, RoundFloatInputsAndOutputs) {
  SmallGraph graph(1, DataType::float32);
  graph.op("Exp").output("y", DataType::float32, 1);
  const double rounded = static_cast<double>(static_cast<float>(std::exp(static_cast<double>(0.1F))));
  EXPECT_THAT(graph.predict({0.1}), ElementsAre(rounded));
}

}  // namespace
}  // namespace pelton::formats
