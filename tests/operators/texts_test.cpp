#include <gtest/gtest.h>

#include "rows_apart.hpp"

/// Operators from texts to texts, and RegexFullMatch.
namespace pelton::operators {
namespace {

using Texts = std::vector<std::string_view>;
using Strings = std::vector<std::string>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;
using tensor::RowAxis;

/// Texts of a result with what keeps them.
struct Result {
  core::TextArena texts;
  std::vector<Tensor> outputs;
  Texts list() const { return operators::list<std::string_view>(outputs[0]); }
  const Shape& shape() const { return outputs[0].shape(); }
};

Result run(std::string_view name, const NodeCase& test, const Inputs& inputs) {
  Result result;
  result.outputs = run_node_outputs(name, test, inputs, result.texts);
  return result;
}
Tensor texts(const Shape& shape, std::initializer_list<std::string_view> values) {
  return make_tensor<std::string_view>(shape, values);
}

Result normalized(const Attributes& attributes, const Tensor& x) {
  return run("StringNormalizer", {.opset = 10, .attributes = attributes}, {&x});
}
Attributes action(const std::string& name) { return {{"case_change_action", name}}; }

TEST(StringNormalizer, TurnsLettersOfAllScriptsCharacterByCharacter) {
  const Tensor x = texts({6}, {"ÉtÉ 1", "Straße", "ΣΑΣ", "Жж", "𐐀", ""});
  EXPECT_EQ(normalized(action("LOWER"), x).list(), (Texts{"été 1", "straße", "σασ", "жж", "𐐨", ""}));
  EXPECT_EQ(normalized(action("UPPER"), x).list(), (Texts{"ÉTÉ 1", "STRAßE", "ΣΑΣ", "ЖЖ", "𐐀", ""}));
  EXPECT_EQ(normalized(action("NONE"), x).list(), (Texts{"ÉtÉ 1", "Straße", "ΣΑΣ", "Жж", "𐐀", ""}));
}

TEST(StringNormalizer, GrowsWhereTheOtherCaseIsLonger) {
  const Tensor x = texts({1}, {"ɐɐɐɐ"});  // two bytes each, of which the upper case takes three
  EXPECT_EQ(normalized(action("UPPER"), x).list(), (Texts{"ⱯⱯⱯⱯ"}));
}

TEST(StringNormalizer, DropsStopWords) {
  const Tensor x = texts({1, 4}, {"Monday", "monday", "É", "x"});
  Attributes attributes = action("UPPER");
  attributes.insert({"stopwords", Strings{"monday", "é"}});
  EXPECT_EQ(normalized(attributes, x).list(), (Texts{"X"}));
  attributes.insert({"is_case_sensitive", std::int64_t{1}});
  const Result y = normalized(attributes, x);
  EXPECT_EQ(y.shape(), Shape({1, 3}));
  EXPECT_EQ(y.list(), (Texts{"MONDAY", "É", "X"}));
}

TEST(StringNormalizer, GivesAnEmptyTextWhereAllAreDropped) {
  const Attributes attributes{{"stopwords", Strings{"a", "a"}}};
  EXPECT_EQ(normalized(attributes, texts({2}, {"a", "A"})).list(), (Texts{""}));
  EXPECT_EQ(normalized(attributes, texts({1, 1}, {"a"})).shape(), Shape({1, 1}));
}

TEST(StringNormalizer, KnowsLocales) {
  const Tensor x = texts({1}, {"É I"});
  const auto in_locale = [&](const char* locale) {
    Attributes attributes = action("LOWER");
    attributes.insert({"locale", std::string(locale)});
    return std::string(normalized(attributes, x).list()[0]);
  };
  EXPECT_EQ(in_locale("en_US.UTF-8"), "é i");
  EXPECT_EQ(in_locale("fr-FR"), "é i");
  EXPECT_EQ(in_locale("C.UTF-8"), "é i");
  EXPECT_EQ(in_locale("C"), "É i");
  EXPECT_THROW(in_locale("tr_TR.UTF-8"), Refusal);
  EXPECT_THROW(in_locale("az"), Refusal);
}

TEST(StringNormalizer, TakesAListOfWellFormedTexts) {
  EXPECT_THROW(normalized(action("LOWER"), texts({1}, {"a\xFF"})), tensor::Failure);
  EXPECT_THROW(normalized(action("LOWER"), texts({1}, {"\xE2\x82"})), tensor::Failure);
  EXPECT_EQ(normalized(action("NONE"), texts({1}, {"a\xFF"})).list(), (Texts{"a\xFF"}));
  EXPECT_THROW(normalized(action("LOWER"), texts({2, 1}, {"a", "b"})), tensor::Failure);
  EXPECT_THROW(normalized(action("LOWER"), texts({0}, {})), tensor::Failure);
  EXPECT_THROW(normalized(action("LOWER"), texts({}, {"a"})), tensor::Failure);
  EXPECT_THROW(normalized(action("lower"), texts({1}, {"a"})), Refusal);
  EXPECT_THROW(normalized({{"stopwords", Strings{"\xFF"}}}, texts({1}, {"a"})), Refusal);
}

TEST(StringNormalizer, KeepsRowsApartUnlessItDropsSome) {
  const Tensor x = texts({3}, {"a", "b", "c"});
  const std::vector<RowsInput> inputs{{.tensor = &x, .rows = RowAxis::at(0)}};
  EXPECT_TRUE(expect_rows_apart("StringNormalizer", {.opset = 10, .attributes = action("LOWER")}, inputs));
  const NodeCase drops{.opset = 10, .attributes = {{"stopwords", Strings{"b"}}}};
  EXPECT_FALSE(expect_rows_apart("StringNormalizer", drops, inputs));
}

TEST(StringConcat, JoinsTextsSpreadOverEachOther) {
  const Tensor a = texts({2, 1}, {"a", ""});
  const Tensor b = texts({3}, {"x", "é", ""});
  const Result y = run("StringConcat", {.opset = 20}, {&a, &b});
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  EXPECT_EQ(y.list(), (Texts{"ax", "aé", "a", "x", "é", ""}));
  const Tensor two = texts({2}, {"", ""});
  EXPECT_THROW(run("StringConcat", {.opset = 20}, {&b, &two}), tensor::Failure);
}

TEST(StringConcat, KeepsRowsApart) {
  const Tensor a = texts({3, 2}, {"a", "b", "c", "d", "e", "f"});
  const Tensor line = texts({2}, {"x", "y"});
  const Tensor column = texts({3, 1}, {"x", "y", "z"});
  const RowsInput rows{.tensor = &a, .rows = RowAxis::at(0)};
  EXPECT_EQ(row_axes("StringConcat", {.opset = 20}, {rows, {.tensor = &line}})[0], RowAxis::at(0));
  EXPECT_TRUE(row_axes("StringConcat", {.opset = 20}, {rows, {.tensor = &column}})[0].is_mixed());
  EXPECT_EQ(row_axes("StringConcat", {.opset = 20}, {rows, {.tensor = &column, .rows = RowAxis::at(0)}})[0],
            RowAxis::at(0));
}

Result split(const Attributes& attributes, const Tensor& x) {
  return run("StringSplit", {.opset = 20, .attributes = attributes, .outputs = 2}, {&x});
}
using Counts = std::vector<std::int64_t>;

TEST(StringSplit, CutsAtADelimiter) {
  const Result y = split({{"delimiter", std::string("--")}}, texts({4}, {"a--b---c", "--", "x", ""}));
  EXPECT_EQ(y.shape(), Shape({4, 3}));
  EXPECT_EQ(y.list(), (Texts{"a", "b", "-c", "", "", "", "x", "", "", "", "", ""}));
  EXPECT_EQ(list<std::int64_t>(y.outputs[1]), (Counts{3, 2, 1, 1}));
}

TEST(StringSplit, CutsAtRunsOfWhiteSpace) {
  for (const Attributes& spaces : {Attributes{}, Attributes{{"delimiter", std::string()}}}) {
    const Result y = split(spaces, texts({2, 2}, {" a \t\n b ", "x\u00A0\u3000y\u2003", "", " \x1f"}));
    EXPECT_EQ(y.shape(), Shape({2, 2, 2}));
    EXPECT_EQ(y.list(), (Texts{"a", "b", "x", "y", "", "", "", ""}));
    EXPECT_EQ(list<std::int64_t>(y.outputs[1]), (Counts{2, 2, 0, 0}));
  }
}

TEST(StringSplit, CutsAtMostSoOften) {
  EXPECT_EQ(split({{"delimiter", std::string(",")}, {"maxsplit", std::int64_t{1}}}, texts({1}, {"a,b,c"})).list(),
            (Texts{"a", "b,c"}));
  EXPECT_EQ(split({{"delimiter", std::string(",")}, {"maxsplit", std::int64_t{0}}}, texts({1}, {"a,b"})).list(),
            (Texts{"a,b"}));
  EXPECT_EQ(split({{"maxsplit", std::int64_t{1}}}, texts({1}, {"  a  b c  "})).list(), (Texts{"a", "b c"}));
  EXPECT_EQ(split({{"maxsplit", std::int64_t{0}}}, texts({1}, {"  a  b c\u2003"})).list(), (Texts{"a  b c"}));
  EXPECT_EQ(split({{"maxsplit", std::int64_t{-1}}}, texts({1}, {"a b c"})).list(), (Texts{"a", "b", "c"}));
}

TEST(StringSplit, SplitsNothing) {
  const Result y = split({{"delimiter", std::string(",")}}, texts({0, 2}, {}));
  EXPECT_EQ(y.shape(), Shape({0, 2, 0}));
  EXPECT_EQ(y.outputs[1].shape(), Shape({0, 2}));
  EXPECT_EQ(split({{"delimiter", std::string(",")}}, texts({}, {"a,b"})).shape(), Shape({2}));
}

TEST(StringSplit, MixesPiecesButNotTheirCounts) {
  const Tensor x = texts({3}, {"a b", "c", ""});
  const auto axes = row_axes("StringSplit", {.opset = 20, .outputs = 2}, {{.tensor = &x, .rows = RowAxis::at(0)}});
  EXPECT_TRUE(axes[0].is_mixed());
  EXPECT_EQ(axes[1], RowAxis::at(0));
}

TEST(RegexFullMatch, MatchesAllOfAText) {
  const auto matches = [](const std::string& pattern, std::string_view text) {
    const Tensor x = texts({1, 1}, {text});
    const Tensor y = run_node("RegexFullMatch", {.opset = 20, .attributes = {{"pattern", pattern}}}, {&x});
    EXPECT_EQ(y.shape(), Shape({1, 1}));
    return y.values<bool>()[0];
  };
  EXPECT_TRUE(matches("(\\W|^)[\\w.\\-]{0,25}@(yahoo|gmail)\\.com(\\W|$)", "account@gmail.com"));
  EXPECT_FALSE(matches("[a-z]+", "abc1"));
  EXPECT_TRUE(matches("a|ab", "ab"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches(".", "漢"));
  EXPECT_FALSE(matches(".", "\n"));
  EXPECT_FALSE(matches("(a+)+$", std::string(100000, 'a') + "b"));  // at once
  EXPECT_THROW(matches("(?<=a)b", "b"), Refusal);
  EXPECT_THROW(matches("((a{100}){100}){100}", "b"), Refusal);
}

}  // namespace
}  // namespace pelton::operators
