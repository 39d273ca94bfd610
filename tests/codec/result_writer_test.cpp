#include "codec/result_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::codec {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

model::Schema with_output(model::Method method, model::OutputSpec output) {
  model::Schema schema = numbered(2);
  schema.outputs[static_cast<std::size_t>(method)] = std::move(output);
  return schema;
}

std::string json(const ResultWriter& writer, std::vector<double> values, bool single = false) {
  core::TextBuffer out;
  const std::size_t rows = values.size() / writer.width();
  writer.append_result(out, math::ConstMatrix(values.data(), rows, writer.width()), single);
  return std::string(out.view());
}

std::string csv(const ResultWriter& writer, std::vector<double> values) {
  core::TextBuffer out;
  writer.append_csv_header(out);
  writer.append_csv_rows(out, math::ConstMatrix(values.data(), values.size() / writer.width(), writer.width()));
  return std::string(out.view());
}

TEST(ResultWriter, WritesOneValueARow) {
  const ResultWriter writer(with_output(model::Method::predict, {}), model::Method::predict);
  EXPECT_EQ(json(writer, {2}, true), "2.0");
  EXPECT_EQ(json(writer, {2, 4}), "[2.0,4.0]");
  EXPECT_EQ(json(writer, {2}), "[2.0]");
  EXPECT_EQ(json(writer, {kNan, kInfinity, -kInfinity, -0.0}), "[null,null,null,-0.0]");
}

template <class Element>
std::string bytes_of(std::vector<Element> elements) {
  return {reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(Element)};
}

std::string raw(const ResultWriter& writer, std::vector<double> values) {
  core::TextBuffer out;
  writer.append_raw(out, math::ConstMatrix(values.data(), values.size() / writer.width(), writer.width()));
  return std::string(out.view());
}

TEST(ResultWriter, WritesRawValuesOfTheOutputsOwnType) {
  const auto writer = [](model::OutputSpec output, std::vector<model::Label> classes = {}) {
    model::Schema schema = with_output(model::Method::predict, std::move(output));
    schema.classes = std::move(classes);
    return ResultWriter(schema, model::Method::predict);
  };
  const ResultWriter doubles = writer({.name = "y", .width = 2, .scalar = false});
  EXPECT_EQ(doubles.raw_type(), "float64");
  EXPECT_EQ(raw(doubles, {1.5, kInfinity, -0.0, 3}), bytes_of<double>({1.5, kInfinity, -0.0, 3}));
  const ResultWriter floats = writer({.name = "y", .type = model::ElementType::float32});
  EXPECT_EQ(floats.raw_type(), "float32");
  EXPECT_EQ(raw(floats, {0.5, 2}), bytes_of<float>({0.5F, 2}));
  const ResultWriter whole = writer({.name = "y", .type = model::ElementType::int64});
  EXPECT_EQ(whole.raw_type(), "int64");
  EXPECT_EQ(raw(whole, {-3, kNan, 1e300}), bytes_of<std::int64_t>({-3, std::numeric_limits<std::int64_t>::min(),
                                                                   std::numeric_limits<std::int64_t>::max()}));
  const ResultWriter truths = writer({.name = "y", .type = model::ElementType::boolean});
  EXPECT_EQ(truths.raw_type(), "bool");
  EXPECT_EQ(raw(truths, {1, 0}), std::string("\1\0", 2));
  const ResultWriter labels = writer({.name = "y", .labelled = true}, {std::int64_t{10}, std::int64_t{-20}});
  EXPECT_EQ(labels.raw_type(), "int64");
  EXPECT_EQ(raw(labels, {1, 0}), bytes_of<std::int64_t>({-20, 10}));
  EXPECT_EQ(writer({.name = "y", .labelled = true}, {std::string("a"), std::string("b")}).raw_type(), "")
      << "no raw form";
}

TEST(ResultWriter, WritesSeveralValuesARow) {
  const ResultWriter writer(with_output(model::Method::predict, {.name = "out", .width = 2, .scalar = false}),
                            model::Method::predict);
  EXPECT_EQ(json(writer, {0.25, 0.75}, true), "[0.25,0.75]");
  EXPECT_EQ(json(writer, {0.25, 0.75, 1, kNan}), "[[0.25,0.75],[1.0,null]]");
  const ResultWriter listed(with_output(model::Method::predict, {.name = "out", .width = 1, .scalar = false}),
                            model::Method::predict);
  EXPECT_EQ(json(listed, {3, 4}), "[[3.0],[4.0]]");
}

TEST(ResultWriter, WritesAShapeAsListsOfLists) {
  const auto writer = [](std::vector<std::size_t> shape, std::size_t width) {
    return ResultWriter(with_output(model::Method::predict,
                                    {.name = "out", .width = width, .scalar = false, .shape = std::move(shape)}),
                        model::Method::predict);
  };
  EXPECT_EQ(json(writer({2, 3}, 6), {1, 2, 3, 4, 5, kNan}, true), "[[1.0,2.0,3.0],[4.0,5.0,null]]");
  EXPECT_EQ(json(writer({2, 1}, 2), {1, 2, 3, 4}), "[[[1.0],[2.0]],[[3.0],[4.0]]]");
  EXPECT_EQ(json(writer({2, 1, 2}, 4), {1, 2, 3, 4}, true), "[[[1.0,2.0]],[[3.0,4.0]]]");
  EXPECT_EQ(csv(writer({1, 2}, 2), {1, 2}), "value_0,value_1\r\n1.0,2.0\r\n");
}

TEST(ResultWriter, WritesEachTypeAsItIs) {
  const auto written = [](model::ElementType type, std::vector<double> values) {
    return json(
        ResultWriter(with_output(model::Method::predict, {.name = "out", .type = type}), model::Method::predict),
        values);
  };
  EXPECT_EQ(written(model::ElementType::float32, {static_cast<double>(0.1F), 1.0 / 3.0, 16777216}),
            "[0.1,0.33333334,16777216.0]");
  EXPECT_EQ(written(model::ElementType::float64, {static_cast<double>(0.1F)}), "[0.10000000149011612]");
  EXPECT_EQ(written(model::ElementType::int64, {0, -7, 9007199254740992.0, 1e300, kNan}),
            "[0,-7,9007199254740992,1e+300,null]");
  EXPECT_EQ(written(model::ElementType::boolean, {0, 1}), "[false,true]");
}

TEST(ResultWriter, WritesLabels) {
  model::Schema schema =
      with_output(model::Method::predict, {.name = "out", .type = model::ElementType::int64, .labelled = true});
  schema.classes = {std::int64_t{-1}, std::int64_t{7}};
  EXPECT_EQ(json(ResultWriter(schema, model::Method::predict), {0, 1, 2, kNan, -1}), "[-1,7,null,null,null]");
  schema.classes = {std::string("a \"b\""), std::string("c,d")};
  const ResultWriter writer(schema, model::Method::predict);
  EXPECT_EQ(json(writer, {1, 0}), R"(["c,d","a \"b\""])");
  EXPECT_EQ(csv(writer, {1, 0}), "prediction\r\n\"c,d\"\r\n\"a \"\"b\"\"\"\r\n");
}

TEST(ResultWriter, NestsContributionsByClass) {
  const model::Schema schema = with_output(model::Method::contrib, {.name = "out", .width = 6, .scalar = false});
  const ResultWriter writer(schema, model::Method::contrib);
  EXPECT_EQ(json(writer, {1, 2, 3, 4, 5, 6}, true), "[[1.0,2.0,3.0],[4.0,5.0,6.0]]");
  const ResultWriter one(with_output(model::Method::contrib, {.name = "out", .width = 3, .scalar = false}),
                         model::Method::contrib);
  EXPECT_EQ(json(one, {1, 2, 3}), "[[1.0,2.0,3.0]]");
}

TEST(ResultWriter, NamesCsvColumns) {
  const auto header = [](model::Schema schema, model::Method method) {
    core::TextBuffer out;
    ResultWriter(schema, method).append_csv_header(out);
    return std::string(out.view());
  };
  model::Schema schema = named({"a", "b,c"});
  schema.classes = {std::string("no"), std::string("yes")};
  schema.outputs[1] = model::OutputSpec{.name = "out", .width = 2, .scalar = false};
  schema.outputs[3] = model::OutputSpec{.name = "out", .width = 3, .scalar = false};
  schema.outputs[4] = model::OutputSpec{.name = "out", .width = 6, .scalar = false};
  EXPECT_EQ(header(schema, model::Method::predict), "prediction\r\n");
  EXPECT_EQ(header(schema, model::Method::predict_proba), "no,yes\r\n");
  EXPECT_EQ(header(schema, model::Method::leaf), "tree_0,tree_1,tree_2\r\n");
  EXPECT_EQ(header(schema, model::Method::contrib),
            "no:a,\"no:b,c\",no:base_value,yes:a,\"yes:b,c\",yes:base_value\r\n");
  schema.outputs[4] = model::OutputSpec{.name = "out", .width = 3, .scalar = false};
  EXPECT_EQ(header(schema, model::Method::contrib), "a,\"b,c\",base_value\r\n");
  schema.outputs[2] = model::OutputSpec{.name = "out", .width = 3, .scalar = false};
  EXPECT_EQ(header(schema, model::Method::decision_function), "value_0,value_1,value_2\r\n");
}

TEST(ResultWriter, WritesCsvAndLines) {
  const ResultWriter writer(with_output(model::Method::predict, {.name = "out", .width = 2, .scalar = false}),
                            model::Method::predict);
  EXPECT_EQ(csv(writer, {1, kNan, -kInfinity, 0.5}), "value_0,value_1\r\n1.0,\r\n-inf,0.5\r\n");
  const std::vector<double> values{1, 2, 3, 4};
  core::TextBuffer out;
  writer.append_ndjson(out, math::ConstMatrix(values.data(), 2, 2));
  EXPECT_EQ(out.view(), "{\"result\":[1.0,2.0]}\n{\"result\":[3.0,4.0]}\n");
}

std::string number(double value) {
  core::TextBuffer out;
  append_number(out, value);
  return std::string(out.view());
}

TEST(AppendNumber, WritesWholeNumbersOut) {
  EXPECT_EQ(number(0), "0.0");
  EXPECT_EQ(number(-0.0), "-0.0");
  EXPECT_EQ(number(-12), "-12.0");
  EXPECT_EQ(number(100000), "100000.0");
  EXPECT_EQ(number(999999999999999), "999999999999999.0");
  EXPECT_EQ(number(1e15), "1e+15");
  EXPECT_EQ(number(1e22), "1e+22");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(5e-324), "5e-324");
  EXPECT_EQ(number(kNan), "null");
}

TEST(AppendNumber, ReadsBackToTheSameBits) {
  std::mt19937_64 random(23);
  for (int i = 0; i < 200'000; ++i) {
    double value = std::bit_cast<double>(random());
    if (i % 3 == 1) value = std::ldexp(static_cast<double>(random() >> 11), -static_cast<int>(random() % 80));
    if (i % 3 == 2) value = static_cast<double>(static_cast<std::int64_t>(random()) >> (random() % 60));
    if (!std::isfinite(value)) continue;
    const PaddedBody text(number(value));
    const ScannedNumber read = scan_number(text.view().data(), text.view().data() + text.view().size());
    ASSERT_EQ(read.fault, NumberFault::none) << text.view();
    ASSERT_EQ(std::bit_cast<std::uint64_t>(read.value), std::bit_cast<std::uint64_t>(value)) << text.view();
    const auto narrow = static_cast<float>(value);
    if (!std::isfinite(narrow)) continue;
    core::TextBuffer out;
    append_number(out, narrow);
    ASSERT_EQ(std::strtof(std::string(out.view()).c_str(), nullptr), narrow) << out.view();
  }
}

TEST(ObjectWriter, ComposesMembers) {
  core::TextBuffer out;
  ObjectWriter reply(out);
  append_number(reply.member("result"), 2.0);
  reply.text("model", "a\"b").integer("version", 3).raw("id", "\"7\"").number("base", kNan);
  reply.finish();
  EXPECT_EQ(out.view(), R"({"result":2.0,"model":"a\"b","version":3,"id":"7","base":null})");
  out.clear();
  ObjectWriter(out).finish();
  EXPECT_EQ(out.view(), "{}");
}

TEST(ResultWriter, AllocatesNothingOnceWarm) {
  model::Schema schema = with_output(model::Method::predict, {.name = "out", .labelled = true});
  schema.classes = {std::string("a long label that would not fit into a small string"), std::int64_t{1}};
  const ResultWriter labels(schema, model::Method::predict);
  const ResultWriter numbers(with_output(model::Method::predict, {.name = "out", .width = 2}), model::Method::predict);
  const std::vector<double> values{0, 1, 0.1, 1e300};
  core::TextBuffer out;
  const auto write = [&] {
    out.clear();
    numbers.append_result(out, math::ConstMatrix(values.data(), 2, 2), false);
    numbers.append_csv_rows(out, math::ConstMatrix(values.data(), 2, 2));
    labels.append_result(out, math::ConstMatrix(values.data(), 2, 1), false);
    labels.append_ndjson(out, math::ConstMatrix(values.data(), 2, 1));
  };
  write();
  const std::size_t before = test::allocations_of_this_thread();
  for (int i = 0; i < 10; ++i) write();
  EXPECT_EQ(test::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace pelton::codec
