#include <gtest/gtest.h>

#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using Integers = std::vector<std::int64_t>;
using Strings = std::vector<std::string>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;
using tensor::RowAxis;

Attributes pool(const std::string& mode, std::int64_t shortest, std::int64_t longest, std::int64_t skips) {
  return {{"mode", mode},
          {"min_gram_length", shortest},
          {"max_gram_length", longest},
          {"max_skip_count", skips},
          {"ngram_counts", Integers{0, 4}},
          {"ngram_indexes", Integers{0, 1, 2, 3, 4, 5, 6}},
          {"pool_int64s", Integers{2, 3, 5, 4, 5, 6, 7, 8, 6, 7}}};  // 1-grams 2 3 5 4; 2-grams 5,6 7,8 6,7
}

std::vector<float> counts(const Attributes& attributes, const Tensor& x) {
  return list<float>(run_node("TfIdfVectorizer", {.opset = 9, .attributes = attributes}, {&x}));
}
Tensor row() { return make_tensor<std::int64_t>({12}, {1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8}); }

TEST(TfIdfVectorizer, CountsNgrams) {
  EXPECT_EQ(counts(pool("TF", 2, 2, 0), row()), (std::vector<float>{0, 0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(counts(pool("TF", 1, 1, 0), row()), (std::vector<float>{0, 3, 1, 0, 0, 0, 0}));
  EXPECT_EQ(counts(pool("TF", 1, 2, 0), row()), (std::vector<float>{0, 3, 1, 0, 1, 1, 1}));
}

TEST(TfIdfVectorizer, SkipsTokensButCountsLoneOnesOnce) {
  // 5,6 at distance 1; 7,8 at 1 and 3; 6,7 at 1.
  EXPECT_EQ(counts(pool("TF", 2, 2, 2), row()), (std::vector<float>{0, 0, 0, 0, 1, 2, 1}));
  EXPECT_EQ(counts(pool("TF", 1, 2, 2), row()), (std::vector<float>{0, 3, 1, 0, 1, 2, 1}));
}

TEST(TfIdfVectorizer, KeepsRowsApart) {
  const Tensor x = make_tensor<std::int32_t>({2, 3}, {5, 6, 7, 8, 5, 6});
  const Tensor y = run_node("TfIdfVectorizer", {.opset = 9, .attributes = pool("TF", 2, 2, 0)}, {&x});
  EXPECT_EQ(y.shape(), Shape({2, 7}));
  EXPECT_EQ(list<float>(y), (std::vector<float>{0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(TfIdfVectorizer, WeighsEachNgramByItsOwnWeight) {
  Attributes attributes{{"min_gram_length", std::int64_t{1}},       {"max_gram_length", std::int64_t{1}},
                        {"max_skip_count", std::int64_t{0}},        {"ngram_counts", Integers{0}},
                        {"ngram_indexes", Integers{2, 0, 3}},       {"pool_strings", Strings{"a", "b", "c"}},
                        {"weights", std::vector<double>{2, 3, 0.5}}};
  const Tensor x = make_tensor<std::string_view>({4}, {"a", "c", "a", "unknown"});
  const auto in_mode = [&](const char* mode) {
    attributes.insert_or_assign("mode", std::string(mode));
    return counts(attributes, x);
  };
  EXPECT_EQ(in_mode("TF"), (std::vector<float>{0, 0, 2, 1}));
  EXPECT_EQ(in_mode("IDF"), (std::vector<float>{0, 0, 2, 0.5}));
  EXPECT_EQ(in_mode("TFIDF"), (std::vector<float>{0, 0, 4, 0.5}));
  attributes.erase("weights");
  EXPECT_EQ(in_mode("IDF"), (std::vector<float>{0, 0, 1, 1}));
}

TEST(TfIdfVectorizer, TellsTextsFromTheirBeginnings) {
  Attributes attributes = pool("TF", 1, 2, 0);
  attributes.erase("pool_int64s");
  attributes.insert({"pool_strings", Strings{"", "a", "ab", "é", "a", "b", "", "", "ab", "a"}});
  const Tensor x = make_tensor<std::string_view>({6}, {"ab", "a", "b", "", "", "b\0"});
  EXPECT_EQ(counts(attributes, x), (std::vector<float>{2, 1, 1, 0, 1, 1, 1}));
}

TEST(TfIdfVectorizer, GivesZerosForNoTokens) {
  EXPECT_EQ(counts(pool("TF", 1, 2, 3), make_tensor<std::int64_t>({0}, {})), std::vector<float>(7, 0));
  const Tensor x = make_tensor<std::int64_t>({2, 0}, {});
  EXPECT_EQ(run_node("TfIdfVectorizer", {.opset = 9, .attributes = pool("TF", 1, 2, 3)}, {&x}).shape(), Shape({2, 7}));
  EXPECT_EQ(counts(pool("TF", 1, 1, 0), Tensor::scalar<std::int64_t>(3))[1], 1);
}

TEST(TfIdfVectorizer, TakesOneOrTwoDimensions) {
  EXPECT_THROW(counts(pool("TF", 1, 1, 0), make_tensor<std::int64_t>({1, 1, 1}, {1})), tensor::Failure);
  EXPECT_THROW(counts(pool("TF", 1, 1, 0), make_tensor<std::int64_t>({0, 3}, {})), tensor::Failure);
}

TEST(TfIdfVectorizer, RefusesPoolsThatDoNotFit) {
  const auto with = [](const char* name, AttributeValue value) {
    Attributes attributes = pool("TF", 1, 2, 0);
    attributes.insert_or_assign(name, std::move(value));
    return attributes;
  };
  EXPECT_THROW(counts(with("mode", std::string("DF")), row()), Refusal);
  EXPECT_THROW(counts(with("ngram_counts", Integers{0, 5}), row()), Refusal);  // 5 items of 2-grams
  EXPECT_THROW(counts(with("ngram_counts", Integers{4, 0}), row()), Refusal);
  EXPECT_THROW(counts(with("ngram_counts", Integers{-1, 4}), row()), Refusal);
  EXPECT_THROW(counts(with("ngram_counts", Integers{0}), row()), Refusal);  // no 2-grams
  EXPECT_THROW(counts(with("ngram_indexes", Integers{0, 1}), row()), Refusal);
  EXPECT_THROW(counts(with("ngram_indexes", Integers{0, 1, 2, 3, 4, 5, -1}), row()), Refusal);
  EXPECT_THROW(counts(with("ngram_indexes", Integers{0, 1, 2, 3, 4, 5, INT64_MAX}), row()), Refusal);
  EXPECT_THROW(counts(with("weights", std::vector<double>{1}), row()), Refusal);
  EXPECT_THROW(counts(with("min_gram_length", std::int64_t{0}), row()), Refusal);
  EXPECT_THROW(counts(with("max_skip_count", INT64_MAX), row()), Refusal);
  EXPECT_THROW(counts(pool("TF", 1, 1, 0), make_tensor<std::string_view>({1}, {"a"})), Refusal);
}

TEST(TfIdfVectorizer, RowsStayApartInTwoDimensions) {
  const NodeCase test{.opset = 9, .attributes = pool("TFIDF", 1, 2, 1)};
  const Tensor x = make_tensor<std::int64_t>({3, 4}, {5, 6, 7, 8, 2, 3, 5, 6, 6, 7, 8, 7});
  EXPECT_TRUE(expect_rows_apart("TfIdfVectorizer", test, {{.tensor = &x, .rows = RowAxis::at(0)}}));
  EXPECT_FALSE(expect_rows_apart("TfIdfVectorizer", test, {{.tensor = &x, .rows = RowAxis::at(1)}}));
  const Tensor flat = make_tensor<std::int64_t>({3}, {5, 6, 7});
  EXPECT_FALSE(expect_rows_apart("TfIdfVectorizer", test, {{.tensor = &flat, .rows = RowAxis::at(0)}}));
}

}  // namespace
}  // namespace pelton::operators
