// Graphs of tables, texts and tensors, asked as a user asks: over HTTP and on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "listening.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kFixtures = PELTON_SOURCE_DIR "/tests/e2e/fixtures/";
const std::string kOracle = PELTON_SOURCE_DIR "/tests/oracle/fixtures/";

/// All models of this test behind one server, which is stopped at the end and must have lost nothing.
class GraphsOverHttp : public testing::Test {
 protected:
  GraphsOverHttp()
      : server_({PELTON_BINARY, "serve", "loans=" + kFixtures + "loans.onnx",
                 "sentiment=" + kFixtures + "sentiment.onnx", "words=" + kFixtures + "words.onnx",
                 "network=" + kOracle + "torch_embedding_float.onnx",
                 "targets=" + kOracle + "linear_multi_output_double.onnx", "--port", "0", "--threads", "2"}),
        port_(port_of(server_)),
        client_(port_) {}
  ~GraphsOverHttp() override {
    server_.signal(SIGTERM);
    EXPECT_EQ(server_.wait(), 0);
  }

  std::string ask(const std::string& model, const std::string& body, const std::string& headers = {}) {
    const test::Reply reply = client_.post("/predict/" + model, body, headers);
    return (reply.status == 200 ? "" : std::to_string(reply.status) + " ") + reply.body;
  }

  test::Process server_;
  std::uint16_t port_;
  test::HttpClient client_;
};

TEST_F(GraphsOverHttp, TakesMixedColumnsByName) {
  EXPECT_EQ(ask("loans", R"({"x":{"city":"Oslo","age":57,"member":false,"income":5.18750972275154}})"),
            R"({"result":"granted"})");
  EXPECT_EQ(ask("loans", R"({"x":[57,5.18750972275154,false,"Oslo"]})"), R"({"result":"granted"})");
  EXPECT_EQ(ask("loans", R"({"x":[{"age":null,"income":1.8165223041276093,"member":false,"city":"Bergen"},
                                  {"age":28,"income":5.679299537733479,"member":true,"city":"Tromsø"}]})"),
            R"({"result":["refused","granted"]})");
  // A city that the model has never seen: known to be none of its categories.
  EXPECT_EQ(ask("loans", R"({"x":{"age":28,"income":9,"member":true,"city":"Narvik"}})"), R"({"result":"granted"})");
}

TEST_F(GraphsOverHttp, TakesMixedColumnsAsLinesAndTables) {
  EXPECT_EQ(ask("loans", "{\"age\":57,\"income\":5.2,\"member\":false,\"city\":\"Oslo\"}\n[20,0.9,false,\"Oslo\"]\n",
                "Content-Type: application/x-ndjson\r\n"),
            "{\"result\":\"granted\"}\n{\"result\":\"refused\"}\n");
  const std::string table = "member,city,income,age\r\ntrue,Tromsø,5.68,28\r\nFALSE,\"Bergen\",1.8,\r\n";
  EXPECT_EQ(ask("loans", table, "Content-Type: text/csv\r\n"), R"({"result":["granted","refused"]})");
  EXPECT_EQ(ask("loans", table, "Content-Type: text/csv\r\nAccept: text/csv\r\n"),
            "prediction\r\ngranted\r\nrefused\r\n");
}

TEST_F(GraphsOverHttp, TellsEveryCellOfAnotherType) {
  const std::string reply = ask("loans", R"({"x":{"age":"old","income":null,"member":2,"city":4,"cty":"Oslo"}})");
  EXPECT_THAT(reply, StartsWith("422 "));
  EXPECT_THAT(reply, AllOf(HasSubstr(R"("/x/age","detail":"expected a number)"), HasSubstr("/x/member"),
                           HasSubstr("/x/city"), HasSubstr(R"(did you mean \"city\"?)")));
}

TEST_F(GraphsOverHttp, GivesProbabilitiesByClass) {
  const std::string reply = ask("loans", R"({"x":[57,5.18750972275154,false,"Oslo"],"method":"predict_proba"})");
  EXPECT_THAT(reply, StartsWith(R"({"result":[0.86852700587)"));
  EXPECT_THAT(client_.get("/models/loans").body, HasSubstr(R"("classes":["granted","refused"])"));
}

TEST_F(GraphsOverHttp, TakesTextByTheNameOfItsInput) {
  EXPECT_EQ(ask("sentiment", R"({"x":{"text":"a fine, warm story"}})"), R"({"result":"good"})");
  EXPECT_EQ(ask("sentiment", R"({"x":[["what a waste of an evening"],["funny"]]})"), R"({"result":["bad","good"]})");
  EXPECT_EQ(ask("sentiment", "text\r\n\"a fine, \"\"warm\"\" story\"\r\ndull\r\n", "Content-Type: text/csv\r\n"),
            R"({"result":["good","bad"]})");
  EXPECT_THAT(ask("sentiment", R"({"x":{"txt":"a fine film"}})"), HasSubstr(R"(did you mean \"text\"?)"));
  EXPECT_THAT(ask("sentiment", R"({"x":{"text":7}})"), HasSubstr("expected a text"));
}

TEST_F(GraphsOverHttp, GivesTensorsAsListsOfLists) {
  EXPECT_EQ(ask("words", R"({"x":[0,1,-1]})"), R"({"result":[[-0.0,-0.25],[-0.5,-0.75],[-2.0,-2.25]]})");
  EXPECT_EQ(ask("words", R"({"x":[[1,1,1],[2,2,2]]})"),
            R"({"result":[[[-0.5,-0.75],[-0.5,-0.75],[-0.5,-0.75]],[[-1.0,-1.25],[-1.0,-1.25],[-1.0,-1.25]]]})");
  EXPECT_THAT(client_.get("/models/words").body, HasSubstr(R"("width":6,"shape":[3,2])"));
}

TEST_F(GraphsOverHttp, GivesSeveralTargetsAsAList) {
  EXPECT_THAT(ask("targets", R"({"x":[0,0,0,0,0,0,0,0,0,0]})"), AllOf(StartsWith(R"({"result":[)"), HasSubstr(",")));
}

TEST_F(GraphsOverHttp, TellsWhichRowItCannotScore) {
  const std::string reply = ask("words", R"({"x":[[0,1,2],[0,5,1],[4,4,4]]})");
  EXPECT_THAT(reply, AllOf(StartsWith("422 "), HasSubstr(R"("pointer":"/x/1")"), HasSubstr("embedding"),
                           Not(HasSubstr("/x/0")), Not(HasSubstr("/x/2"))));
  EXPECT_THAT(ask("words", R"({"x":[0,99,1]})"), AllOf(StartsWith("422 "), HasSubstr(R"("pointer":"/x")")));
  EXPECT_THAT(ask("network", R"({"x":{"categories_0":0,"categories_1":99,"numbers_0":0,"numbers_1":0,)"
                             R"("numbers_2":0,"numbers_3":0}})"),
              AllOf(StartsWith("422 "), HasSubstr("embedding_1")));
}

TEST_F(GraphsOverHttp, AnswersOthersBesideARowThatItCannotScore) {
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([this, i] {
      test::HttpClient client(port_);
      for (int k = 0; k < 200; ++k) {
        const bool bad = i == 0 || k % 7 == i;
        const test::Reply reply = client.post("/predict/words", bad ? R"({"x":[0,1,5]})" : R"({"x":[0,1,2]})");
        ASSERT_EQ(reply.status, bad ? 422 : 200) << reply.body;
        const std::string answer = R"({"result":[[-0.0,-0.25],[-0.5,-0.75],[-1.0,-1.25]]})";
        ASSERT_EQ(reply.body == answer, !bad) << reply.body;
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

class GraphsByCommand : public testing::Test {
 protected:
  int run(std::vector<std::string> words) {
    words.insert(words.begin(), PELTON_BINARY);
    test::Process process(std::move(words));
    out_ = process.rest_of_stdout();
    err_ = process.rest_of_stderr();
    return process.wait();
  }
  std::string rows(const std::string& name, const std::string& text) const {
    const std::string path = (folder_.path() / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  test::TemporaryFolder folder_;
  std::string out_;
  std::string err_;
};

TEST_F(GraphsByCommand, AGraphWithUnknownOperatorsIsNotServed) {
  for (const char* const verb : {"serve", "inspect", "predict"}) {
    EXPECT_EQ(run({verb, kFixtures + "strange.onnx"}), 1) << verb;
    EXPECT_EQ(out_, "") << verb;
    EXPECT_THAT(err_, AllOf(HasSubstr("strange.onnx: node \"first\" (Frobnicate): operator of acme"),
                            HasSubstr("node \"second\" (Conv): operator of ai.onnx that Pelton does not carry out"),
                            Not(HasSubstr("fine"))))
        << verb;
  }
}

TEST_F(GraphsByCommand, VerifiesGoldenRows) {
  for (const char* const name : {"loans", "sentiment", "words"}) {
    EXPECT_EQ(run({"verify", kFixtures + name + ".onnx", kFixtures + name + ".ndjson"}), 0) << out_ << err_;
  }
  const std::string off = rows("off.ndjson", "{\"x\":[0,1,2],\"predict\":[[0,-0.25],[-0.5,-0.75],[-1,-1.5]]}\n");
  EXPECT_EQ(run({"verify", kFixtures + "words.onnx", off}), 1);
  const std::string few = rows("few.ndjson", "{\"x\":[0,1,2],\"predict\":[[0,-0.25],[-0.5,-0.75]]}\n");
  EXPECT_EQ(run({"verify", kFixtures + "words.onnx", few}), 1);
  EXPECT_THAT(err_, HasSubstr("the model gives 6 values, the row expects 4"));
  const std::string refused = rows("refused.ndjson", "{\"x\":[0,1,9],\"predict\":[null,null,null,null,null,null]}\n");
  EXPECT_EQ(run({"verify", kFixtures + "words.onnx", refused}), 1);
  EXPECT_THAT(err_, AllOf(HasSubstr("refused.ndjson:1: predict: "), HasSubstr("embedding")));
}

TEST_F(GraphsByCommand, ScoresFilesOfMixedColumns) {
  const std::string table = rows("t.csv", "city,age,member,income\nOslo,57,false,5.2\n\"Bergen\",,true,1.8\n");
  EXPECT_EQ(run({"predict", kFixtures + "loans.onnx", table}), 0) << err_;
  EXPECT_EQ(out_, "prediction\ngranted\nrefused\n");
  EXPECT_EQ(run({"predict", kFixtures + "loans.onnx", table, "--method", "predict_proba"}), 0) << err_;
  EXPECT_THAT(out_, StartsWith("granted,refused\n0.8"));
  const std::string texts = rows("t.txt", "text\na fine film\n\"dull, and far too long\"\n");
  EXPECT_EQ(run({"predict", kFixtures + "sentiment.onnx", texts}), 0) << err_;
  EXPECT_EQ(out_, "prediction\ngood\nbad\n");
}

TEST_F(GraphsByCommand, DoesAsToldWithRowsThatAreRefused) {
  const std::string lines = rows("w.ndjson", "[0,0,0]\n[0,5,0]\n[1,1,1]\n");
  const std::string first = "{\"result\":[[-0.0,-0.25],[-0.0,-0.25],[-0.0,-0.25]]}\n";
  const std::string third = "{\"result\":[[-0.5,-0.75],[-0.5,-0.75],[-0.5,-0.75]]}\n";
  const std::string model = kFixtures + "words.onnx";
  EXPECT_EQ(run({"predict", model, lines}), 1);
  EXPECT_EQ(out_, first);
  EXPECT_THAT(err_, AllOf(HasSubstr("w.ndjson:2: "), HasSubstr("embedding")));
  EXPECT_EQ(run({"predict", model, lines, "--on-error", "skip"}), 0);
  EXPECT_EQ(out_, first + third);
  EXPECT_EQ(run({"predict", model, lines, "--on-error", "null"}), 0);
  EXPECT_EQ(out_, first + "{\"result\":null}\n" + third);
  EXPECT_THAT(err_, AllOf(HasSubstr("1 row could not be scored and is null"), HasSubstr("w.ndjson:2: ")));
  const std::string document = rows("w.json", "[[0,0,0],[0,0],[0,5,0],[1,1,1]]");
  EXPECT_EQ(run({"predict", model, document, "--on-error", "skip"}), 0);
  EXPECT_EQ(out_, first + third);
  EXPECT_THAT(err_, HasSubstr("2 rows could not be scored and were skipped"));
  const std::string table = rows("w.csv", "0,0,0\n\n0,5,0\n");
  EXPECT_EQ(run({"predict", model, table}), 1);
  EXPECT_THAT(err_, HasSubstr("w.csv:3: "));
}

TEST_F(GraphsByCommand, ComparesGraphs) {
  const std::string model = kFixtures + "words.onnx";
  EXPECT_EQ(run({"compare", model, model, rows("w.ndjson", "[0,0,0]\n[1,1,1]\n")}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("0 of 2"));
  EXPECT_EQ(run({"compare", model, model, rows("b.ndjson", "[0,0,0]\n[1,9,1]\n")}), 1);
  EXPECT_THAT(err_, AllOf(HasSubstr("b.ndjson:2: OLD: "), HasSubstr("embedding")));
}

TEST_F(GraphsByCommand, InspectsTensors) {
  EXPECT_EQ(run({"inspect", kFixtures + "words.onnx"}), 0) << err_;
  EXPECT_THAT(out_,
              AllOf(HasSubstr("tokens: int64 [rows, 3], features 0 to 2"), HasSubstr("float32, [3, 2] a row"),
                    HasSubstr("2 operations over tensors: embedding, turned"), Not(HasSubstr("operations a row"))));
  EXPECT_EQ(run({"inspect", kFixtures + "words.onnx", "--json"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr(R"("flops_per_row":null)"), HasSubstr(R"("width":6,"shape":[3,2])"),
                          HasSubstr(R"("graph_inputs":["tokens: int64 [rows, 3], features 0 to 2"])")));
  EXPECT_EQ(run({"inspect", kFixtures + "sentiment.onnx"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("text                     string"));
}

}  // namespace
}  // namespace pelton
