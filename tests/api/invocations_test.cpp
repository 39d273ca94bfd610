// MLflow's scoring server and SageMaker's container, request by request: each reply is told to the byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <new>
#include <string>

#include "api_test_server.hpp"
#include "support/temporary_folder.hpp"

namespace pelton::api {
namespace {

using testing::HasSubstr;

class InvocationsTest : public testing::Test {
 protected:
  test::Reply ask(std::string_view body, std::string_view target = "/invocations?model=named") {
    return client.post(target, body);
  }

  ApiTestServer server{{{"plain", {"", ""}},
                        {"named", {"age", "income"}},
                        {"shop", {"title~", "size"}},
                        {"flower", {"width", "length", "!setosa|1"}},
                        {"many:1", {""}},
                        {"many:2", {"", "", ""}}}};
  test::HttpClient client = server.client();
};

TEST_F(InvocationsTest, ASplitFrameMayHaveItsColumnsInAnyOrder) {
  const test::Reply reply = ask(R"({"dataframe_split":{"columns":["age","income"],"data":[[2,3],[4,5]]}})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"predictions":[5.0,9.0]})");
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  const std::string reversed =
      R"({"params":{"method":"decision_function"},"dataframe_split":{"columns":["income","age"],"index":[7,"x"],)"
      R"("data":[[3,2],[5,4]]}})";
  EXPECT_EQ(ask(reversed).body, R"({"predictions":[[2.0,3.0],[4.0,5.0]]})");
  EXPECT_EQ(
      ask(R"({"dataframe_split":{"data":[[3,2]],"columns":["income","age"]},"params":{"method":"decision_function"}})")
          .body,
      R"({"predictions":[[2.0,3.0]]})");
  EXPECT_EQ(ask(R"({"dataframe_split":{"data":[[2,3]]}})").body, R"({"predictions":[5.0]})");
  EXPECT_EQ(ask(R"({"dataframe_split":{"columns":[0,1],"data":[[2,3]]}})", "/invocations").body,
            R"({"predictions":[5.0]})");
  EXPECT_EQ(
      ask(R"({"dataframe_split":{"columns":["size","title"],"data":[[1,"abc"]]}})", "/invocations?model=shop").body,
      R"({"predictions":[4.0]})");
}

TEST_F(InvocationsTest, AFramesColumnsMustBeTheFeatures) {
  EXPECT_EQ(ask(R"({"dataframe_split":{"columns":["agee","age","age",3],"data":[[1,2,3,4]],"dta":1}})").body,
            R"({"error_code":"BAD_REQUEST","message":"/dataframe_split/columns/0: no feature is called \"agee\"; did )"
            R"(you mean \"age\"?; /dataframe_split/columns/2: the column \"age\" is given twice; )"
            R"(/dataframe_split/columns/3: expected a name, got a number; /dataframe_split/columns: the column )"
            R"(\"income\" is missing; /dataframe_split/dta: unknown member \"dta\"; did you mean \"data\"?"})");
  EXPECT_EQ(ask(R"({"dataframe_split":{"columns":[0,1,2],"data":[[1,2,3]]}})", "/invocations").body,
            R"({"error_code":"BAD_REQUEST","message":"/dataframe_split/columns: expected 2 columns, got 3"})");
  EXPECT_EQ(ask(R"({"dataframe_split":{"columns":["income","age"],"data":[["x",1],[1,2,3]]}})").body,
            R"({"error_code":"BAD_REQUEST","message":"/dataframe_split/data/0/0: expected a number, got a string; )"
            R"(/dataframe_split/data/1: expected 2 values, got 3"})");
  EXPECT_EQ(
      ask(R"({"dataframe_split":{"columns":"age"}})").body,
      R"({"error_code":"BAD_REQUEST","message":"/dataframe_split/columns: expected a list of names, got a string; )"
      R"(/dataframe_split: the member \"data\" is missing: it holds the rows"})");
  EXPECT_EQ(ask(R"({"dataframe_split":[[1,2]]})").status, 400);
}

TEST_F(InvocationsTest, RecordsInstancesAndInputsAreRows) {
  EXPECT_EQ(ask(R"({"dataframe_records":[{"income":3,"age":2},{"age":4,"income":5}]})").body,
            R"({"predictions":[5.0,9.0]})");
  EXPECT_EQ(ask(R"({"instances":[[2,3],{"age":4,"income":5}]})").body, R"({"predictions":[5.0,9.0]})");
  EXPECT_EQ(ask(R"({"inputs":[[2,3]]})").body, R"({"predictions":[5.0]})");
  EXPECT_EQ(ask(R"({"inputs":{"age":[2,4],"income":[3,5]}})").body, R"({"predictions":[5.0,9.0]})");
  EXPECT_EQ(ask(R"([[2,3],[4,5]])").body, R"({"predictions":[5.0,9.0]})") << "as SageMaker's clients send rows";
}

TEST_F(InvocationsTest, ExactlyOneFormIsTaken) {
  const test::Reply two = ask(R"({"instances":[[2,3]],"inputs":[[2,3]]})");
  EXPECT_EQ(two.status, 400);
  EXPECT_EQ(two.body, R"({"error_code":"BAD_REQUEST","message":"expected exactly one of \"dataframe_split\", )"
                      R"(\"dataframe_records\", \"instances\" and \"inputs\", got \"instances\" and \"inputs\""})");
  EXPECT_EQ(ask(R"({"params":null})").body,
            R"({"error_code":"BAD_REQUEST","message":"expected exactly one of \"dataframe_split\", )"
            R"(\"dataframe_records\", \"instances\" and \"inputs\""})");
  EXPECT_EQ(ask(R"({"dataframe_record":[]})").body,
            R"({"error_code":"BAD_REQUEST","message":"/dataframe_record: unknown member \"dataframe_record\"; did you )"
            R"(mean \"dataframe_records\"?; expected exactly one of \"dataframe_split\", \"dataframe_records\", )"
            R"(\"instances\" and \"inputs\""})");
  EXPECT_EQ(ask("7").status, 400);
  EXPECT_THAT(ask("{").body, HasSubstr("malformed JSON at byte 1"));
}

TEST_F(InvocationsTest, EveryBadFieldIsNamedAtOnce) {
  const test::Reply reply = ask(
      R"({"dataframe_records":[{"age":"old","income":1},{"agee":1,"income":2},[1]],"params":{"methd":1,"method":2}})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      reply.body,
      R"({"error_code":"BAD_REQUEST","message":"/dataframe_records/0/age: expected a number, got a string; )"
      R"(/dataframe_records/1/agee: unknown feature \"agee\"; did you mean \"age\"?; /dataframe_records/1: missing )"
      R"(feature \"age\"; /dataframe_records/2: expected 2 values, got 1; /params/methd: unknown member \"methd\"; )"
      R"(did you mean \"method\"?; /params/method: expected a string, got a number"})");
}

TEST_F(InvocationsTest, CsvComesWithAHeaderOrWithout) {
  const std::string csv = "Content-Type: text/csv\r\n";
  EXPECT_EQ(client.post("/invocations?model=named", "income,age\n3,2\n5,4\n", csv).body,
            R"({"predictions":[5.0,9.0]})");
  EXPECT_EQ(client.post("/invocations?model=named", "2,3\n", csv).body, R"({"predictions":[5.0]})");
  const test::Reply answered =
      client.post("/invocations?method=decision_function", "2,3\n4,5\n", csv + "Accept: text/csv\r\n");
  EXPECT_EQ(answered.body, "2.0,3.0\n4.0,5.0\n");
  EXPECT_EQ(answered.header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(client.post("/invocations", "2,3\n2,x\n", csv).body,
            R"({"error_code":"BAD_REQUEST","message":"line 2, column 2: expected a number, got \"x\""})");
}

TEST_F(InvocationsTest, JsonLinesAreAnsweredLineByLine) {
  const test::Reply reply =
      client.post("/invocations", "{\"features\":[2,3]}\n[4,5]\n", "Content-Type: application/jsonlines\r\n");
  EXPECT_EQ(reply.body, "{\"prediction\":5.0}\n{\"prediction\":9.0}\n");
  EXPECT_EQ(reply.header("Content-Type"), "application/jsonlines");
  EXPECT_EQ(client
                .post("/invocations?model=named", "{\"age\":2,\"income\":3}\n",
                      "Content-Type: application/x-ndjson\r\nAccept: application/json\r\n")
                .body,
            R"({"predictions":[5.0]})");
  EXPECT_EQ(client.post("/invocations", "[2,3]\n[4]\n", "Content-Type: application/jsonlines\r\n").body,
            R"({"error_code":"BAD_REQUEST","message":"line 2: expected 2 values, got 1"})");
}

TEST_F(InvocationsTest, TypesThatAreNotSpokenAreRefused) {
  const test::Reply type = client.post("/invocations", "x", "Content-Type: application/x-recordio-protobuf\r\n");
  EXPECT_EQ(type.status, 415);
  EXPECT_EQ(
      type.body,
      R"({"error_code":"BAD_REQUEST","message":"content type \"application/x-recordio-protobuf\" is not read here; )"
      R"(expected application/json, application/jsonlines or text/csv"})");
  const test::Reply accept = client.post("/invocations", R"({"inputs":[[2,3]]})", "Accept: image/png\r\n");
  EXPECT_EQ(accept.status, 406);
  EXPECT_EQ(accept.body, R"({"error_code":"BAD_REQUEST","message":"\"image/png\" is not written here; )"
                         R"(application/json, application/jsonlines and text/csv are"})");
  EXPECT_EQ(client.post("/invocations", R"({"inputs":[[2,3]]})", "Accept: image/png, */*;q=0.1\r\n").status, 200);
}

TEST_F(InvocationsTest, TheModelIsTheDefaultOneOrTheOneThatIsNamed) {
  const std::string body = R"({"inputs":[[1,2,3]]})";
  EXPECT_EQ(client.post("/invocations", body, "X-Amzn-SageMaker-Target-Model: many\r\n").body,
            R"({"predictions":[6.0]})");
  EXPECT_EQ(client.post("/invocations", body, "X-Amzn-SageMaker-Target-Model: many.tar.gz\r\n").body,
            R"({"predictions":[6.0]})");
  EXPECT_EQ(client.post("/invocations?model=many&version=1", R"({"inputs":[1]})").body, R"({"predictions":[1.0]})");
  EXPECT_EQ(client.post("/models/many/invoke", body, "X-Amzn-SageMaker-Target-Model: plain\r\n").body,
            R"({"predictions":[6.0]})");
  const test::Reply unknown = client.post("/models/mny/invoke", body);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body,
            R"({"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no model named \"mny\"; did you mean \"many\"?"})");
  EXPECT_EQ(client.post("/invocations?modl=many", body).body,
            R"({"error_code":"BAD_REQUEST","message":"unknown query option \"modl\"; expected model, version, method, )"
            R"(timeout_ms or priority"})");
}

TEST_F(InvocationsTest, MethodsAreChosenByParams) {
  EXPECT_EQ(
      ask(R"({"inputs":[[3,1]],"params":{"method":"predict_proba","timeout_ms":5000}})", "/invocations?model=flower")
          .body,
      R"({"predictions":[[0.75,0.25]]})");
  EXPECT_EQ(ask(R"({"inputs":[[3,1]]})", "/invocations?model=flower").body, R"({"predictions":["setosa"]})");
  EXPECT_EQ(ask(R"({"inputs":[[3,1]],"params":{"method":"predict_prob"}})", "/invocations?model=flower").body,
            R"x({"error_code":"BAD_REQUEST","message":"/params/method: unknown method \"predict_prob\"; did you mean )x"
            R"x(\"predict_proba\"? (this model offers: predict, predict_proba, decision_function)"})x");
  EXPECT_EQ(ask(R"({"inputs":[[3,1]]})", "/invocations?method=leaf").status, 400);
}

TEST_F(InvocationsTest, ProbesAnswerAsMlflowsDo) {
  for (const char* const path : {"/ping", "/health"}) {
    const test::Reply reply = client.get(path);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "\n");
    EXPECT_EQ(client.exchange("HEAD", path, "", "").status, 200);
  }
  EXPECT_EQ(client.get("/version").body, PELTON_VERSION);
  EXPECT_EQ(client.get("/invocations").status, 405);
  EXPECT_EQ(client.exchange("OPTIONS", "/invocations", "", "").header("Allow"), "POST, OPTIONS");
  server.shared().ready = false;
  EXPECT_EQ(client.get("/ping").status, 503);
}

TEST(InvocationsWithoutModelsTest, PingTellsWhetherOneIsMissed) {
  EXPECT_EQ(ApiTestServer({}).client().get("/ping").status, 404);
  ApiSettings settings;
  settings.platform.models_on_demand = true;
  ApiTestServer server({}, settings);
  test::HttpClient client = server.client();
  EXPECT_EQ(client.get("/ping").status, 200);
  EXPECT_EQ(client.post("/invocations", R"({"inputs":[[2,3]]})").body,
            R"({"error_code":"TEMPORARILY_UNAVAILABLE","message":"no model is loaded"})");
}

TEST(SagemakerModelsTest, AreListedInItsWordsToo) {
  ApiTestServer server({{"plain", {"", ""}}});
  test::HttpClient client = server.client();
  EXPECT_EQ(client.get("/models").body,
            R"({"models":[{"name":"plain","version":"1","versions":["1"],"kind":"fake","default":true,)"
            R"("modelName":"plain","modelUrl":"fake"}]})");
  EXPECT_THAT(client.get("/models/plain").body, HasSubstr(R"("modelName":"plain","modelUrl":"fake")"));
}

/// A server that SageMaker tells which models to hold, and the folder it puts them in.
class SagemakerModelsOnDemand : public testing::Test {
 protected:
  SagemakerModelsOnDemand() {
    server.let_models_change();
    for (const char* const model : {"house/model", "both/a", "both/b"}) {
      std::filesystem::create_directories(folder.path() / model);
      std::ofstream(folder.path() / model / "model.onnx") << "fake";
    }
  }
  ApiSettings settings() const {
    ApiSettings settings;
    settings.platform.models_on_demand = true;
    settings.platform.loadable = folder.path();
    return settings;
  }
  test::Reply load(const std::string& name, const std::string& from) {
    return client.post("/models", R"({"model_name":")" + name + R"(","url":")" + from + "\"}");
  }
  test::Reply unload(const std::string& name) { return client.exchange("DELETE", "/models/" + name, "", ""); }

  test::TemporaryFolder folder;
  ApiTestServer server{{{"plain", {"", ""}}, {"house", {"", ""}}}, settings()};
  test::HttpClient client = server.client();
  const std::string url = (folder.path() / "house/model").string();
};

TEST_F(SagemakerModelsOnDemand, AreLoadedAndUnloadedByName) {
  const test::Reply unloaded = unload("house");
  EXPECT_EQ(unloaded.status, 200);
  EXPECT_EQ(unloaded.body, R"({"status":"Model \"house\" unregistered"})");
  EXPECT_EQ(client.post("/models/house/invoke", R"({"inputs":[[2,3]]})").status, 404);
  const test::Reply loaded = load("house", "file://" + url);
  EXPECT_EQ(loaded.status, 200);
  EXPECT_EQ(loaded.body, R"({"status":"Model \"house\" registered"})");
  EXPECT_EQ(client.post("/models/house/invoke", R"({"inputs":[[2,3]]})").body, R"({"predictions":[5.0]})");
  EXPECT_THAT(client.get("/models/house").body, HasSubstr(R"("modelName":"house","modelUrl":")" + url));
}

TEST_F(SagemakerModelsOnDemand, ANameIsTakenOnce) {
  const test::Reply reply = load("plain", url);
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.body, R"({"code":409,"type":"ConflictStatusException","message":"model \"plain\" is loaded"})");
  EXPECT_EQ(unload("other").body,
            R"({"code":404,"type":"ModelNotFoundException","message":"no model named \"other\""})");
}

TEST_F(SagemakerModelsOnDemand, WhatCannotBeLoadedIsToldByItsStatus) {
  const test::Reply missing = load("m", (folder.path() / "nothing").string());
  EXPECT_EQ(missing.status, 404) << missing.body;
  EXPECT_THAT(missing.body, HasSubstr(R"({"code":404,"type":"ModelNotFoundException",)"));
  EXPECT_THAT(load("m", (folder.path() / "both").string()).body, HasSubstr("holds several models"));
  const test::Reply name = load("a b", url);
  EXPECT_EQ(name.status, 400);
  EXPECT_THAT(name.body, HasSubstr("cannot be a model's name"));
  ASSERT_EQ(unload("house").status, 200);
  server.before_load = [](const serving::ModelSource&) { throw std::bad_alloc(); };
  const test::Reply memory = load("house", url);
  EXPECT_EQ(memory.status, 507);
  EXPECT_EQ(memory.body, R"({"code":507,"type":"ServiceUnavailableException","message":"model house version 1: not )"
                         R"(enough memory to load the model"})");
  server.before_load = {};
  EXPECT_EQ(load("house", url).status, 200) << "after room was made";
}

TEST_F(SagemakerModelsOnDemand, OnlyWhatLiesInTheFolderIsLoaded) {
  const std::string in = folder.path().string();
  for (const std::string& outside : {in + "/../../../etc/passwd", in, in + "/house/..", in + "x/house", in + "/../x"}) {
    const test::Reply reply = load("m", outside);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.body,
              R"({"code":400,"type":"BadRequestException","message":"\")" + outside + R"(\" is not in )" + in + "\"}");
  }
  EXPECT_THAT(load("m", in + R"(/../x\u0000/../..)" + in).body, HasSubstr("a path holds no NUL"));
  EXPECT_EQ(
      client.post("/models", R"({"model_name":3,"url":"s3://bucket/m","nme":1})").body,
      R"({"code":400,"type":"BadRequestException","message":"/model_name: expected a string, got a number; /url: )"
      R"(models are loaded from local files only, got \"s3://bucket/m\"; /nme: unknown member \"nme\""})");
}

TEST(SagemakerModelsTest, AreNotChangedWhereTheServerWasNotStartedForIt) {
  ApiTestServer server({{"plain", {"", ""}}});
  server.let_models_change();
  test::HttpClient client = server.client();
  const std::string refused = R"({"code":400,"type":"BadRequestException","message":"this server was not started for )"
                              R"(models that are loaded by request"})";
  EXPECT_EQ(client.post("/models", R"({"model_name":"m","url":"/opt/ml/models/m/model"})").body, refused);
  EXPECT_EQ(client.exchange("DELETE", "/models/plain", "", "").body, refused);
  EXPECT_EQ(client.get("/models/plain").status, 200);
}

class VertexTest : public testing::Test {
 protected:
  static ApiSettings at(std::string predict, std::string health) {
    ApiSettings settings;
    settings.platform.vertex_predict_route = std::move(predict);
    settings.platform.vertex_health_route = std::move(health);
    return settings;
  }
};

TEST_F(VertexTest, TheRoutesAreWhereTheyAreAskedFor) {
  const std::string predict = "/v1/endpoints/12/deployedModels/34:predict";
  ApiTestServer server({{"flower", {"width", "length", "!setosa|1"}}},
                       at(predict, "/v1/endpoints/12/deployedModels/34"));
  test::HttpClient client = server.client();
  EXPECT_EQ(client.post(predict, R"({"instances":[[3,1],{"width":1,"length":3}]})").body,
            R"({"predictions":["setosa",1]})");
  EXPECT_EQ(client.post(predict, R"({"instances":[[3,1]],"parameters":{"method":"predict_proba"}})").body,
            R"({"predictions":[[0.75,0.25]]})");
  EXPECT_EQ(client.get("/v1/endpoints/12/deployedModels/34").body, R"({"status":"ready"})");
  EXPECT_EQ(client.get(predict).status, 405);
  server.shared().ready = false;
  EXPECT_EQ(client.get("/v1/endpoints/12/deployedModels/34").status, 503);
}

TEST_F(VertexTest, TheyTakeThePlaceOfRoutesOfTheSamePath) {
  ApiTestServer server({{"plain", {"", ""}}}, at("/predict", "/health"));
  test::HttpClient client = server.client();
  EXPECT_EQ(client.post("/predict", R"({"instances":[[2,3]]})").body, R"({"predictions":[5.0]})");
  EXPECT_EQ(client.get("/health").body, R"({"status":"ready"})");
  EXPECT_EQ(client.post("/predict/plain", R"({"x":[2,3]})").body, R"({"result":5.0})");
}

TEST_F(VertexTest, EveryBadFieldIsNamedAtOnce) {
  ApiTestServer server({{"named", {"age", "income"}}}, at("/p", "/h"));
  test::HttpClient client = server.client();
  const test::Reply reply = client.post(
      "/p", R"({"instances":[{"age":"old","incom":1},[1]],"parameters":{"method":"x","timeout_ms":"y"},"instance":1})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      reply.body,
      R"x({"error":"/instances/0/age: expected a number, got a string; /instances/0/incom: unknown feature \"incom\"; )x"
      R"x(did you mean \"income\"?; /instances/0: missing feature \"income\"; /instances/1: expected 2 values, got 1; )x"
      R"x(/parameters/method: unknown method \"x\" (this model offers: predict, decision_function); )x"
      R"x(/parameters/timeout_ms: expected a number, got a string; /instance: unknown member \"instance\"; did you )x"
      R"x(mean \"instances\"?"})x");
  EXPECT_EQ(client.post("/p", "{}").body, R"({"error":"the member \"instances\" is missing: it holds the rows"})");
  EXPECT_EQ(client.post("/p", "[1]").status, 400);
  EXPECT_EQ(client.post("/p", "1,2", "Content-Type: text/csv\r\n").status, 415);
}

}  // namespace
}  // namespace pelton::api
