#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <utility>

#include "formats/write_linear.hpp"
#include "pelton/model.hpp"

namespace pelton {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFixtures = PELTON_SOURCE_DIR "/tests/oracle/fixtures/";

std::string article_model() {
  const double coefficients[] = {0.5, 0.5};
  const double intercepts[] = {-0.5};
  return *formats::write_linear_onnx({{coefficients, 1, 2}, intercepts, {"a", "b"}});
}

TEST(PublicModel, ScoresRows) {
  const auto model = Model::read(article_model(), "article");
  ASSERT_TRUE(model) << model.error();
  EXPECT_THAT(model->score(std::vector<double>{2, 3, 4, 5}), ElementsAre(2.0, 4.0));
  EXPECT_EQ(model->features()[1].name, "b");
  EXPECT_EQ(model->features()[1].type, "float64");
  EXPECT_THAT(model->describe(), HasSubstr("linear regression (onnx), 3 parameters\noperations: MatMul Add"));
}

TEST(PublicModel, ScoresClassifiers) {
  const auto model = Model::load(kFixtures + "logistic_text_float.onnx");
  ASSERT_TRUE(model) << model.error();
  EXPECT_THAT(model->classes(), ElementsAre("class 0", "class 1", "class 2"));
  EXPECT_EQ(model->width(Method::predict_proba), 3U);
  const std::vector<double> row(13, 0.5);
  const std::vector<double> shares = model->score(row, Method::predict_proba);
  EXPECT_NEAR(shares[0] + shares[1] + shares[2], 1, 1e-6);
}

TEST(PublicModel, RefusesWhatDoesNotFit) {
  const auto model = Model::read(article_model(), "article");
  ASSERT_TRUE(model);
  EXPECT_TRUE(model->score(std::vector<double>{1, 2, 3}).empty());
  EXPECT_TRUE(model->score(std::vector<double>{1, 2}, Method::predict_proba).empty());
  std::vector<double> out(2);
  Scratch scratch;
  EXPECT_FALSE(model->score(std::vector<double>{1, 2}, Method::predict, out, scratch));
}

TEST(PublicModel, TakesTextsBesideItsRows) {
  const auto model = Model::read(article_model(), "article");
  ASSERT_TRUE(model);
  EXPECT_FALSE(model->features()[0].is_text);
  Texts texts;
  const double cell = texts.put("a text");
  EXPECT_EQ(std::bit_cast<std::uint64_t>(cell) >> 52, 0U) << "no number that anyone computes with";
  EXPECT_EQ(texts.put(""), 0);
  Texts moved(std::move(texts));
  moved.clear();
  std::vector<double> out(1);
  Scratch scratch;
  EXPECT_TRUE(model->score(std::vector<double>{2, 3}, moved, Method::predict, out, scratch));
  EXPECT_EQ(out[0], 2.0);
}

TEST(PublicModel, SaysWhyAFileDoesNotLoad) {
  const auto model = Model::load("/nowhere/model.onnx");
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error(), HasSubstr("/nowhere/model.onnx: cannot be opened"));
}

}  // namespace
}  // namespace pelton
