#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/described/description.hpp"
#include "api/described/openapi.hpp"
#include "api/described/postman.hpp"
#include "api/described/snippets.hpp"
#include "api_test_server.hpp"
#include "codec/json_cursor.hpp"
#include "codec/native_json.hpp"

namespace pelton::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A loop that never runs: what is described needs none.
class StillLoop final : public core::EventLoop {
 public:
  void defer(core::Task&) override {}
  void let_gather(core::Duration) noexcept override {}
  void post(core::Task&) override {}
  const core::Clock& clock() const noexcept override { return core::SteadyClock::instance(); }
};

bool is_json(std::string text) {
  const std::size_t size = text.size();
  text.append(codec::kReadPadding, '\0');
  codec::JsonCursor cursor(std::string_view(text).substr(0, size));
  return cursor.skip_value() && cursor.finish();
}

class Described : public testing::Test {
 protected:
  ApiTestServer server{{{"plain", {"", ""}},
                        {"na\"m`e'd 'ö{x}", {"it's{{x}}", "\"q\"\n", "color=red|gr'een", "title~"}},
                        {"many:1", {"a"}},
                        {"many:2", {"a", "b"}}}};
  StillLoop loop;
  Service service{server.shared(), loop};
  Description all = service.described().description();
};

TEST_F(Described, EveryRouteIsTold) {
  for (const http::Router::Route& route : service.routes().router().routes()) {
    const bool told = std::any_of(all.operations().begin(), all.operations().end(), [&](const Operation& operation) {
      return operation.verb == route.verb && operation.path == route.pattern;
    });
    EXPECT_TRUE(told) << to_string(route.verb) << " " << route.pattern;
  }
}

TEST_F(Described, EveryOperationIsWhole) {
  std::set<std::string> ids;
  for (const Operation& operation : all.operations()) {
    EXPECT_TRUE(ids.insert(operation.id).second) << operation.id;
    EXPECT_FALSE(operation.summary.empty()) << operation.id;
    EXPECT_FALSE(operation.replies.empty()) << operation.id;
    const bool tagged =
        std::any_of(all.tags().begin(), all.tags().end(), [&](const auto& tag) { return tag.first == operation.tag; });
    EXPECT_TRUE(tagged) << operation.id << " has the tag " << operation.tag;
    for (const Parameter& parameter : operation.parameters) {
      EXPECT_EQ(parameter.in_path, operation.path.find("{" + parameter.name + "}") != std::string::npos)
          << operation.id;
      EXPECT_TRUE(is_json(parameter.schema)) << operation.id << ": " << parameter.schema;
      EXPECT_TRUE(!parameter.in_path || !parameter.example.empty()) << operation.id;
    }
    std::vector<Content> contents = operation.bodies;
    for (const Reply& reply : operation.replies) {
      contents.insert(contents.end(), reply.contents.begin(), reply.contents.end());
    }
    for (const Content& content : contents) {
      for (const std::string& text : {content.schema, content.example}) {
        EXPECT_TRUE(text.empty() || is_json(text)) << operation.id << ": " << text;
      }
    }
  }
}

TEST_F(Described, TheDocumentsAreJsonWhoseReferencesLeadSomewhere) {
  core::TextBuffer openapi;
  append_openapi(openapi, all);
  EXPECT_TRUE(is_json(std::string(openapi.view())));
  std::set<std::string> names;
  for (const auto& [name, schema] : all.components()) names.insert(name);
  constexpr std::string_view kBegin = R"("$ref":"#/components/schemas/)";
  std::size_t references = 0;
  for (std::size_t at = 0; (at = openapi.view().find(kBegin, at)) != std::string_view::npos; ++references) {
    at += kBegin.size();
    const std::string name(openapi.view().substr(at, openapi.view().find('"', at) - at));
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_GT(references, 20U);
  core::TextBuffer postman;
  append_postman(postman, all, "http://test");
  EXPECT_TRUE(is_json(std::string(postman.view())));
  EXPECT_EQ(postman.view().find("{{x}}"), std::string_view::npos) << "Postman would take it for a variable";
}

TEST_F(Described, TellsEachModelAndEachVersionOfIt) {
  const std::string body = server.client().get("/openapi.json").body;
  EXPECT_THAT(body, AllOf(HasSubstr(R"("openapi":"3.1.0")"), HasSubstr(R"("/predict/plain":{"post":)"),
                          HasSubstr(R"("/predict/na%22m%60e%27d%20%27%C3%B6%7Bx%7D":{"post":)"),
                          HasSubstr(R"("/predict/many":{"post":)"), HasSubstr(R"("/predict/many/versions/1":)"),
                          HasSubstr(R"("/predict/many/versions/2":)"), Not(HasSubstr("/predict/plain/versions"))));
  EXPECT_THAT(body, HasSubstr(R"("it's{{x}}":{"type":["number"]},"\"q\"\n":{"type":["number"]})"));
}

TEST_F(Described, ExamplesAreAnswered) {
  test::HttpClient client = server.client();
  std::size_t asked = 0;
  for (const Operation& operation : all.operations()) {
    if (operation.changes_server || operation.bodies.empty() || operation.bodies.front().example.empty()) continue;
    ++asked;
    std::string path = operation.path;
    for (const Parameter& parameter : operation.parameters) {
      if (!parameter.in_path) continue;
      const std::string marked = "{" + parameter.name + "}";
      path.replace(path.find(marked), marked.size(), parameter.example);
    }
    const test::Reply reply = client.post(path, operation.bodies.front().example);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.body, operation.replies.front().contents.front().example) << path;
  }
  EXPECT_EQ(asked, 16U) << "native: the default, three models, two versions, any model and version; V1: predict and "
                           "regress; V2: infer; MLflow: both; with versions where there are";
}

TEST(DescribedVertex, TheRoutesThatWereAskedForAreToldInPlaceOfThoseOfTheSamePath) {
  ApiSettings settings;
  settings.platform.vertex_predict_route = "/predict";
  settings.platform.vertex_health_route = "/v1/endpoints/1";
  ApiTestServer server({{"plain", {"", ""}}}, settings);
  StillLoop loop;
  Service service{server.shared(), loop};
  const Description all = service.described().description();
  std::size_t predicting = 0;
  for (const Operation& operation : all.operations()) {
    if (operation.path == "/v1/endpoints/1") {
      EXPECT_EQ(operation.id, "vertex_health");
    }
    if (operation.path != "/predict") continue;
    ++predicting;
    EXPECT_EQ(operation.id, "vertex_predict");
    EXPECT_EQ(server.client().post("/predict", operation.bodies.front().example).body,
              operation.replies.front().contents.front().example);
  }
  EXPECT_EQ(predicting, 1U);
}

TEST_F(Described, ACollectionThatRunsChangesNothing) {
  const std::string body = server.client().get("/postman.json").body;
  EXPECT_NE(body.find("Infer (V2)"), std::string::npos);
  for (const char* const left_out : {"Load a model", "Unload a model", ": refused (", "SageMaker models"}) {
    EXPECT_EQ(body.find(left_out), std::string::npos) << left_out;
  }
  EXPECT_THAT(server.client().get("/openapi.json").body, HasSubstr("Unload a model (SageMaker)"));
}

TEST_F(Described, DocumentsAreSentOnceToThoseWhoKeepThem) {
  test::HttpClient client = server.client();
  for (const char* const path : {"/openapi.json", "/postman.json", "/docs", "/docs/swagger-ui.css"}) {
    const test::Reply first = client.get(path);
    EXPECT_EQ(first.status, 200) << path;
    EXPECT_EQ(first.header("Cache-Control"), "no-cache") << path;
    const std::string tag = first.header("ETag");
    const test::Reply again = client.get(path, "If-None-Match: \"x\", " + tag + "\r\n");
    EXPECT_EQ(again.status, 304) << path;
    EXPECT_EQ(again.header("ETag"), tag);
    EXPECT_EQ(client.get(path, "If-None-Match: \"x\"\r\n").status, 200);
  }
}

TEST_F(Described, DocumentsFollowTheModels) {
  test::HttpClient client = server.client();
  const test::Reply before = client.get("/openapi.json");
  server.reload(10);
  const test::Reply after = client.get("/openapi.json");
  EXPECT_NE(before.header("ETag"), after.header("ETag")) << "other results in the examples";
}

TEST_F(Described, ThePageComesInTheCodingThatIsAccepted) {
  test::HttpClient client = server.client();
  const test::Reply plain = client.get("/docs");
  EXPECT_THAT(plain.body, HasSubstr("docs/swagger-ui-bundle.js"));
  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_THAT(plain.header("Content-Security-Policy"),
              AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self';"), Not(HasSubstr("unsafe"))));
  const test::Reply gzip = client.get("/docs/swagger-ui-bundle.js", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(gzip.header("Content-Encoding"), "gzip");
  EXPECT_EQ(gzip.header("Vary"), "Accept-Encoding");
  EXPECT_LT(gzip.body.size(), 600'000U);
  EXPECT_GT(client.get("/docs/swagger-ui-bundle.js").body.size(), 1'000'000U);
  EXPECT_THAT(client.get("/docs/LICENSE").body, HasSubstr("Apache License"));
  EXPECT_EQ(client.get("/docs/other.js").status, 404);
  EXPECT_EQ(client.get("/docs/").status, 404);
}

TEST_F(Described, SnippetsAreOfTheAddressThatWasAsked) {
  const std::string body = server.client().get("/models/plain/snippets").body;
  EXPECT_TRUE(is_json(body));
  EXPECT_THAT(body, AllOf(HasSubstr("curl 'http://test/predict/plain'"), HasSubstr(R"("python":"import requests)")));
  EXPECT_EQ(server.client().get("/models/nobody/snippets").status, 404);
}

TEST(Snippets, QuoteAsEachLanguageAsks) {
  const auto all = make_snippets("http://h/p", R"({"x":{"it's \"\\":null,"__proto__":true,"\u0000ä😀)"
                                               "\u2028\ufeff"
                                               R"(":[1.5,"__proto__"]}})");
  ASSERT_EQ(all.size(), 5U);
  const std::string visible = R"(\u2028\ufeff)";
  EXPECT_THAT(all[0].text, HasSubstr(R"(-d '{"x":{"it'\''s \"\\":null,"__proto__":true,"\u0000ä😀)" + visible));
  EXPECT_THAT(all[1].text, HasSubstr(R"(json={"x": {"it's \"\\": None, "__proto__": True, "\u0000ä😀)" + visible +
                                     R"(": [1.5, "__proto__"]}})"));
  EXPECT_THAT(all[2].text, HasSubstr(R"(["__proto__"]: true)"));
  EXPECT_THAT(all[2].text, HasSubstr(R"([1.5, "__proto__"])"));
  EXPECT_THAT(all[3].text, HasSubstr(R"("{\"x\":{\"it's \\\"\\\\\":null,\"__proto__\":true,\"\\u0000ä😀\\u2028)"));
  EXPECT_THAT(all[4].text, HasSubstr(R"(\"\\u0000\u00e4\ud83d\ude00\\u2028\\ufeff\":[1.5)"));
}

TEST(Snippets, LongBodiesStayProgramsThatRun) {
  const std::string body = R"({"x":[)" + std::string(150'000, '1') + "]}";
  const auto all = make_snippets("http://h/p", body);
  EXPECT_THAT(all[0].text, HasSubstr("--data-binary @- <<'END_OF_BODY'\n{\"x\":"));
  EXPECT_THAT(all[4].text, HasSubstr("String.join(\"\",\n"));
}

}  // namespace
}  // namespace pelton::api
