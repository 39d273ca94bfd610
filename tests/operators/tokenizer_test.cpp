#include <gtest/gtest.h>

#include "rows_apart.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::operators {
namespace {

using Texts = std::vector<std::string_view>;
using Strings = std::vector<std::string>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;

Attributes attributes(Attributes more, std::int64_t mark = 0, std::int64_t least = 1) {
  more.insert({{"mark", mark}, {"mincharnum", least}, {"pad_value", std::string("#")}});
  return more;
}

struct Result {
  core::TextArena texts;
  Tensor tensor;
  Texts list() const { return operators::list<std::string_view>(tensor); }
};

Result tokens(const Attributes& attributes, const Tensor& x) {
  Result result;
  result.tensor =
      std::move(run_node_outputs("Tokenizer", {.opset = 1, .domain = kMicrosoftDomain, .attributes = attributes}, {&x},
                                 result.texts)
                    .front());
  return result;
}
Result tokens_of(const Attributes& attributes, std::string_view text) {
  return tokens(attributes, make_tensor<std::string_view>({1}, {text}));
}
Attributes expression(const std::string& tokenexp, std::int64_t least = 1) {
  return attributes({{"tokenexp", tokenexp}}, 0, least);
}
Attributes cut_at(const Strings& separators, std::int64_t least = 1) {
  return attributes({{"separators", separators}}, 0, least);
}

TEST(Tokenizer, GivesTheMatchesOfAnExpression) {
  EXPECT_EQ(tokens_of(expression("[a-zA-Z0-9_]+"), "It's 42, naïve_x!").list(), (Texts{"It", "s", "42", "na", "ve_x"}));
  EXPECT_EQ(tokens_of(expression("\\pL+"), "naïve 漢字 1").list(), (Texts{"naïve", "漢字"}));
  EXPECT_EQ(tokens_of(expression("a|ab"), "ab ab").list(), (Texts{"ab", "ab"}));  // the longest
  EXPECT_EQ(tokens_of(expression("x*"), "xay xx").list(), (Texts{"x", "xx"}));
}

TEST(Tokenizer, PadsToTheMostTokens) {
  const Result y = tokens(expression("\\w+"), make_tensor<std::string_view>({3}, {"a b c", "", "d"}));
  EXPECT_EQ(y.tensor.shape(), Shape({3, 3}));
  EXPECT_EQ(y.list(), (Texts{"a", "b", "c", "#", "#", "#", "d", "#", "#"}));
}

TEST(Tokenizer, MarksBeginAndEnd) {
  const Result y =
      tokens(attributes({{"tokenexp", std::string("\\w+")}}, 1), make_tensor<std::string_view>({1, 2}, {"a b", ""}));
  EXPECT_EQ(y.tensor.shape(), Shape({1, 2, 4}));
  EXPECT_EQ(y.list(), (Texts{"\x02", "a", "b", "\x03", "\x02", "\x03", "#", "#"}));
}

TEST(Tokenizer, HasNoColumnsWhereNoTextHasATokenMarksOrNot) {
  const Tensor x = make_tensor<std::string_view>({1, 2}, {"!", ""});
  EXPECT_EQ(tokens(attributes({{"tokenexp", std::string("\\w+")}}, 1), x).tensor.shape(), Shape({1, 2, 0}));
}

TEST(Tokenizer, LosesADimensionWhereThereIsNoText) {
  EXPECT_EQ(tokens(expression("\\w+"), make_tensor<std::string_view>({2, 0}, {})).tensor.shape(), Shape({2, 0}));
  EXPECT_EQ(tokens(expression("\\w+"), make_tensor<std::string_view>({0}, {})).tensor.shape(), Shape({0}));
}

TEST(Tokenizer, LeavesOutShortTokens) {
  EXPECT_EQ(tokens_of(expression("[a-z]+", 2), "a bc d efg").list(), (Texts{"bc", "efg"}));
  EXPECT_EQ(tokens_of(expression("[^ ]+", 2), "é éé 漢 漢字").list(), (Texts{"éé", "漢字"}));  // characters, not bytes
  EXPECT_EQ(tokens_of(cut_at({" "}, 2), "a bc d efg").list(), (Texts{"bc", "efg"}));
  EXPECT_EQ(tokens_of(cut_at({" ", "--"}, 2), "a bc--d efg").list(), (Texts{"bc", "efg"}));
}

TEST(Tokenizer, CutsAtOneSeparatorAfterAnother) {
  EXPECT_EQ(tokens_of(cut_at({" ", "[.]", "\\?", ","}), "a,b. c? , d").list(), (Texts{"a", "b", "c", "d"}));
  EXPECT_EQ(tokens_of(cut_at({"ab", " "}), "xaby abz").list(), (Texts{"x", "y", "z"}));
  EXPECT_EQ(tokens_of(cut_at({"b", "ab"}), "xaby").list(), (Texts{"xa", "y"}));  // no "ab" is left
  EXPECT_EQ(tokens_of(cut_at({"é"}), "xéy").list(), (Texts{"x", "y"}));
  EXPECT_EQ(tokens_of(cut_at({" ", "--"}), " -- ").tensor.shape(), Shape({1, 0}));
}

TEST(Tokenizer, GoesOnBehindSeparatorsOfNothing) {
  EXPECT_EQ(tokens_of(cut_at({"\\b"}), "xay xx y").list(), (Texts{"ay", "x"}));
  EXPECT_EQ(tokens_of(cut_at({"a*"}), "xay").tensor.shape(), Shape({1, 0}));
}

TEST(Tokenizer, CutsIntoCharacters) {
  for (const Attributes& every : {expression("."), cut_at({""})}) {
    EXPECT_EQ(tokens_of(every, "aé 漢\n").list(), (Texts{"a", "é", " ", "漢", "\n"}));
  }
  EXPECT_THROW(tokens_of(expression(".", 2), "a"), Refusal);
}

TEST(Tokenizer, TakesWellFormedTextsOnly) {
  for (const Attributes& each :
       {expression("\\w+"), expression("\\pL+"), expression("."), cut_at({" "}), cut_at({"ab"})}) {
    EXPECT_THROW(tokens_of(each, "a\xFF"), tensor::Failure);
    EXPECT_THROW(tokens_of(each, "\xC3"), tensor::Failure);
  }
}

TEST(Tokenizer, RefusesWhatItDoesNotUnderstand) {
  EXPECT_THROW(tokens_of(expression("(?u)\\w"), "a"), Refusal);  // Python's, not RE2's
  EXPECT_THROW(tokens_of(expression("(((("), "a"), Refusal);
  EXPECT_THROW(tokens_of(cut_at({"[z-a]"}), "a"), Refusal);
  EXPECT_THROW(tokens_of(expression("\\w+", 0), "a"), Refusal);
  EXPECT_THROW(tokens_of(attributes({}), "a"), Refusal);
  EXPECT_THROW(tokens_of({{"tokenexp", std::string("a")}, {"mincharnum", std::int64_t{1}}}, "a"), Refusal);
  EXPECT_THROW(tokens(expression("\\w+"), make_tensor<std::string_view>({1, 1, 1}, {"a"})), tensor::Failure);
}

TEST(Tokenizer, TakesTimeInProportionToTheText) {
  const std::string text(100000, 'a');
  EXPECT_EQ(tokens_of(expression("(a+)+b|(a*)*c|a{40}"), text).tensor.shape(), Shape({1, 2500}));
}

TEST(Tokenizer, StopsWhereEveryTokenLooksThroughTheWholeText) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "xa";
  const Tensor long_text = make_tensor<std::string_view>({1}, {text});
  const NodeCase wanted{.opset = 1, .domain = kMicrosoftDomain, .attributes = expression("x.*y|a")};
  const auto operation = build_node("Tokenizer", wanted, {{.tensor = &long_text}});
  tensor::Value x;
  x.tensor.assign(long_text);
  tensor::Value y;
  const std::array<const tensor::Value*, 1> inputs{&x};
  const std::array<tensor::Value*, 1> outputs{&y};
  core::TextArena texts;
  tensor::RunContext context{.texts = texts, .work = 10 * text.size()};
  EXPECT_THROW(operation->run(inputs, outputs, context), tensor::Failure);
}

TEST(Tokenizer, AllocatesNothingOnceWarm) {
  const Tensor text = make_tensor<std::string_view>({1}, {"some words, of a text"});
  const NodeCase wanted{.opset = 1, .domain = kMicrosoftDomain, .attributes = expression("[a-zA-Z0-9_]+")};
  const auto operation = build_node("Tokenizer", wanted, {{.tensor = &text}});
  tensor::Value x;
  x.tensor.assign(text);
  tensor::Value y;
  const std::array<const tensor::Value*, 1> inputs{&x};
  const std::array<tensor::Value*, 1> outputs{&y};
  core::TextArena texts;
  tensor::RunContext context{texts};
  operation->run(inputs, outputs, context);
  const std::size_t before = test::allocations();
  operation->run(inputs, outputs, context);
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace
}  // namespace pelton::operators
