// What requests of each dialect say besides their rows: how long they wait, and who goes first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "codec/mlflow/invocation_reader.hpp"
#include "codec/v1/v1_reader.hpp"
#include "codec/v2/generate_reader.hpp"
#include "codec/v2/infer_reader.hpp"
#include "codec/vertex/vertex_reader.hpp"
#include "support.hpp"

namespace pelton::codec {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Optional;

class DialectOptions : public testing::Test {
 protected:
  RowTarget target() { return {features_, rows_}; }
  std::uint32_t v2_priority(const std::string& parameter) {
    const std::string parameters = R"("parameters":{"priority":)" + parameter + "}";
    const v2::TensorTable tensors(schema_);
    const v2::InferTarget to{tensors, target()};
    v2::InferRequest inferred;
    v2::InferRequest generated;
    EXPECT_TRUE(v2::InferReader().read(
        PaddedBody("{" + parameters + R"(,"inputs":[{"name":"input","shape":[1,2],"datatype":"FP64","data":[2,3]}]})")
            .view(),
        {}, to, inferred));
    EXPECT_TRUE(v2::GenerateReader().read(PaddedBody(R"({"input":[2,3],)" + parameters + "}").view(), to, generated));
    EXPECT_EQ(inferred.priority, generated.priority);
    return inferred.priority;
  }

  const model::Schema schema_ = numbered(2);
  const FeatureTable features_{schema_};
  math::RowBuffer rows_{2};
};

TEST_F(DialectOptions, V2HasTritonsPriorities) {
  EXPECT_EQ(v2_priority("0"), 0U);
  EXPECT_EQ(v2_priority("1"), 1U);
  EXPECT_EQ(v2_priority("100"), 100U);
  EXPECT_EQ(v2_priority("101"), 0U) << "a level that there is not is the default";
  EXPECT_EQ(v2_priority("9007199254740992"), 0U);
}

TEST_F(DialectOptions, V1TakesThemBesideItsRows) {
  V1Reader reader;
  for (const V1Verb verb : {V1Verb::predict, V1Verb::regress}) {
    const std::string rows = verb == V1Verb::predict ? "instances" : "examples";
    V1Request request;
    ASSERT_TRUE(
        reader.read(PaddedBody(R"({"parameters":{"timeout_ms":5,"priority":7},")" + rows + R"(":[[2,3]]})").view(),
                    verb, target(), request));
    EXPECT_THAT(request.options.priority, Optional(7U));
    EXPECT_THAT(request.options.timeout, Optional(core::Duration(milliseconds(5))));
    const auto refused = reader.read(
        PaddedBody(R"({"parameters":{"priority":101,"method":"predict"},")" + rows + R"(":[[2,3]]})").view(), verb,
        target(), request);
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().errors.size(), 2U);
    EXPECT_EQ(refused.error().errors[0].pointer, "/parameters/priority");
    EXPECT_THAT(refused.error().errors[1].detail, HasSubstr("unknown member \"method\""))
        << "the signature says which is wanted";
  }
}

TEST_F(DialectOptions, MlflowAndVertexHaveThemToo) {
  PredictRequest request;
  ASSERT_TRUE(InvocationReader().read(PaddedBody(R"({"params":{"priority":7},"instances":[[2,3]]})").view(), target(),
                                      request));
  EXPECT_THAT(request.options.priority, Optional(7U));
  ASSERT_TRUE(VertexReader().read(PaddedBody(R"({"parameters":{"priority":8},"instances":[[2,3]]})").view(), target(),
                                  request));
  EXPECT_THAT(request.options.priority, Optional(8U));
}

}  // namespace
}  // namespace pelton::codec
