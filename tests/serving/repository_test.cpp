#include "serving/repository.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "serving/predictor.hpp"
#include "support/fake_model.hpp"
#include "support/manual_loop.hpp"

namespace pelton::serving {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ModelSource source(std::string name, std::string version = "1") {
  return {.name = std::move(name), .version = std::move(version), .path = "x.onnx", .fit = {}};
}

class RepositoryTest : public testing::Test {
 protected:
  Loader loader() {
    return [this](const ModelSource& from) -> core::Result<std::unique_ptr<const model::Model>> {
      if (broken.contains(from.name)) return core::Error(core::ErrorCode::malformed, "broken file");
      if (from.name == "throws") throw std::runtime_error("oops");
      return std::unique_ptr<const model::Model>(
          std::make_unique<test::FakeModel>(std::vector<std::string>{"a", "b"}, factor));
    };
  }
  std::map<std::string, bool> broken;
  double factor = 1;
  core::ManualClock clock;
  metrics::Registry registry;
  Repository repository{loader(), clock, registry};
};

TEST(Versions, NumbersSortByValueAndBeforeWords) {
  EXPECT_TRUE(version_before("2", "10"));
  EXPECT_FALSE(version_before("10", "2"));
  EXPECT_TRUE(version_before("007", "8"));
  EXPECT_TRUE(version_before("99", "beta"));
  EXPECT_TRUE(version_before("alpha", "beta"));
  EXPECT_FALSE(version_before("1", "1"));
}

TEST_F(RepositoryTest, TheHighestVersionIsTheNewestAndTheFirstModelTheDefault) {
  ASSERT_TRUE(repository.replace({source("m", "2"), source("m", "10"), source("n")}, "").empty());
  const auto catalog = repository.snapshot();
  EXPECT_EQ(catalog->find("m")->newest().version, "10");
  EXPECT_EQ(catalog->find("m")->find("2")->version, "2");
  EXPECT_EQ(catalog->find("m")->find("3"), nullptr);
  EXPECT_EQ(catalog->default_model()->name, "m");
  EXPECT_EQ(catalog->find("unknown"), nullptr);
}

TEST_F(RepositoryTest, AnotherDefaultCanBeNamed) {
  ASSERT_TRUE(repository.replace({source("m"), source("n")}, "n").empty());
  EXPECT_EQ(repository.snapshot()->default_model()->name, "n");
}

TEST_F(RepositoryTest, AFailedLoadKeepsTheVersionThatWasServing) {
  ASSERT_TRUE(repository.replace({source("m"), source("n")}, "").empty());
  const std::uint64_t before = repository.snapshot()->find("m")->newest().id;
  broken["m"] = true;
  const auto errors = repository.replace({source("m"), source("n")}, "");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message(), HasSubstr("model m version 1: broken file"));
  EXPECT_EQ(repository.snapshot()->find("m")->newest().id, before);
}

TEST_F(RepositoryTest, AModelThatNeverLoadedIsLeftOut) {
  broken["m"] = true;
  EXPECT_EQ(repository.replace({source("m"), source("n")}, "").size(), 1U);
  EXPECT_EQ(repository.snapshot()->find("m"), nullptr);
  EXPECT_NE(repository.snapshot()->find("n"), nullptr);
}

TEST_F(RepositoryTest, AnExceptionIsAnErrorOfThatModelAlone) {
  const auto errors = repository.replace({source("throws"), source("n")}, "");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message(), HasSubstr("oops"));
}

TEST_F(RepositoryTest, TheSameNameAndVersionTwiceIsRefused) {
  const auto errors = repository.replace({source("m"), source("m")}, "");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message(), HasSubstr("given twice"));
}

TEST_F(RepositoryTest, TellsWhatIsLoaded) {
  repository.replace({source("m", "1"), source("m", "2")}, "");
  repository.replace({source("m", "2")}, "");
  core::TextBuffer out;
  registry.write(out);
  EXPECT_THAT(std::string(out.view()), HasSubstr("pelton_model_loaded{model=\"m\",version=\"1\"} 0"));
  EXPECT_THAT(std::string(out.view()), HasSubstr("pelton_model_loaded{model=\"m\",version=\"2\"} 1"));
}

struct Caller : batching::Ticket {
  Caller() {
    done = [](batching::Ticket& ticket, const batching::Outcome& outcome) {
      static_cast<Caller&>(ticket).answer = outcome.results(0, 0);
    };
  }
  double answer = -1;
};

class PredictorTest : public RepositoryTest {
 protected:
  void send(Lane& lane, Caller& caller) {
    auto& rows = lane.batcher().rows();
    const std::size_t first = rows.rows();
    double* row = rows.append_row();
    row[0] = 2;
    row[1] = 3;
    ASSERT_EQ(lane.batcher().submit(caller, first), batching::Admission::accepted);
  }
  test::ManualLoop loop{clock};
};

TEST_F(PredictorTest, RequestsInHandAreAnsweredByTheModelTheyWereReadFor) {
  repository.replace({source("m")}, "");
  InferenceStatistics statistics;
  Predictor predictor(repository, loop, {}, nullptr, registry, statistics, 0);
  Caller old_caller;
  Caller new_caller;
  send(predictor.lane(predictor.catalog().find("m")->newest(), model::Method::predict), old_caller);
  factor = 10;
  repository.replace({source("m")}, "");
  send(predictor.lane(predictor.catalog().find("m")->newest(), model::Method::predict), new_caller);
  loop.run_round();
  EXPECT_EQ(old_caller.answer, 5);
  EXPECT_EQ(new_caller.answer, 50);
}

TEST_F(PredictorTest, AReloadedModelsMemoryIsGivenBackOnceItsLastRequestIsAnswered) {
  const int before = test::FakeModel::alive();
  repository.replace({source("m")}, "");
  InferenceStatistics statistics;
  Predictor predictor(repository, loop, {}, nullptr, registry, statistics, 0);
  for (int i = 0; i < 5; ++i) {
    Caller caller;
    send(predictor.lane(predictor.catalog().find("m")->newest(), model::Method::predict), caller);
    repository.replace({source("m")}, "");
    predictor.catalog();
    loop.run_round();
    predictor.catalog();
    loop.run_round();
    EXPECT_EQ(caller.answer, 5);
    EXPECT_EQ(test::FakeModel::alive(), before + 1);
  }
}

TEST_F(PredictorTest, MethodsOfOneModelHaveLanesOfTheirOwn) {
  repository.replace({source("m")}, "");
  InferenceStatistics statistics;
  Predictor predictor(repository, loop, {}, nullptr, registry, statistics, 0);
  const LoadedModel& model = predictor.catalog().find("m")->newest();
  Lane& values = predictor.lane(model, model::Method::predict);
  Lane& margins = predictor.lane(model, model::Method::decision_function);
  EXPECT_NE(&values, &margins);
  EXPECT_EQ(&values, &predictor.lane(model, model::Method::predict));
  EXPECT_EQ(margins.output().width, 2U);
}

}  // namespace
}  // namespace pelton::serving
