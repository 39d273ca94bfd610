// What /openapi.json and /postman.json tell of V2's routes that are no predictions.
#include <string>
#include <string_view>
#include <utility>

#include "api/v2/dialect.hpp"
#include "api/v2/telling_v2.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kServer =
    R"({"type":"object","required":["name","version","extensions"],"properties":{"name":{"type":"string"},)"
    R"("version":{"type":"string"},"extensions":{"type":"array","items":{"type":"string"}}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kLive =
    R"({"type":"object","required":["live"],"properties":{"live":{"type":"boolean"}},"additionalProperties":false})";

constexpr std::string_view kReady =
    R"({"type":"object","required":["ready"],"properties":{"ready":{"type":"boolean"},"error":{"type":"string"}},)"
    R"("additionalProperties":false})";

constexpr std::string_view kModelReady =
    R"({"type":"object","required":["name","ready"],"properties":{"name":{"type":"string"},)"
    R"("ready":{"type":"boolean"}},"additionalProperties":false})";

constexpr std::string_view kTensors =
    R"({"type":"array","items":{"type":"object","required":["name","datatype","shape"],"properties":{"name":)"
    R"({"type":"string"},"datatype":{"type":"string"},"shape":{"type":"array","items":{"type":"integer"}}},)"
    R"("additionalProperties":false}})";

constexpr std::string_view kConfig =
    R"({"type":"object","required":["name","platform","backend","max_batch_size","input","output"],"properties":{)"
    R"("name":{"type":"string"},"platform":{"type":"string"},"backend":{"type":"string"},)"
    R"("max_batch_size":{"type":"integer"},"input":{"type":"array","items":{"type":"object"}},)"
    R"("output":{"type":"array","items":{"type":"object"}}}})";

constexpr std::string_view kStatistics =
    R"({"type":"object","required":["model_stats"],"properties":{"model_stats":{"type":"array","items":{)"
    R"("type":"object","required":["name","version","last_inference","inference_count","execution_count",)"
    R"("inference_stats","batch_stats"],"properties":{"name":{"type":"string"},"version":{"type":"string"},)"
    R"("last_inference":{"type":"integer"},"inference_count":{"type":"integer"},"execution_count":)"
    R"({"type":"integer"},"inference_stats":{"type":"object","additionalProperties":{"type":"object","required":)"
    R"(["count","ns"],"properties":{"count":{"type":"integer"},"ns":{"type":"integer"}}}},)"
    R"("batch_stats":{"type":"array","items":{"type":"object"}}}}}},"additionalProperties":false})";

constexpr std::string_view kIndex =
    R"({"type":"array","items":{"type":"object","required":["name","version","state","reason"],"properties":{)"
    R"("name":{"type":"string"},"version":{"type":"string"},"state":{"type":"string","enum":["READY",)"
    R"("UNAVAILABLE"]},"reason":{"type":"string"}},"additionalProperties":false}})";

constexpr std::string_view kIndexRequest = R"({"type":"object","properties":{"ready":{"type":"boolean"}}})";
constexpr std::string_view kLoadRequest = R"({"type":"object","properties":{"parameters":{"type":["object","null"]}}})";
constexpr std::string_view kObject = R"({"type":"object"})";
constexpr std::string_view kNone = R"({"type":"array","maxItems":0})";

std::string metadata_schema() {
  const std::string tensors(kTensors);
  return R"({"type":"object","required":["name","versions","platform","inputs","outputs"],"properties":{)"
         R"("name":{"type":"string"},"versions":{"type":"array","items":{"type":"string"}},)"
         R"("platform":{"type":"string"},"inputs":)" +
         tensors + R"(,"outputs":)" + tensors + R"(},"additionalProperties":false})";
}

/// An answer with an empty body.
Reply done(std::string description) {
  return {.status = 200, .description = std::move(description), .contents = {{.schema = {}}}};
}

void add_server(Telling& telling) {
  const auto add = [&](std::string path, std::string id, std::string summary, std::string answer,
                       std::string_view schema) {
    Operation operation = telling.get(std::move(path), std::move(id), std::move(summary));
    operation.replies = {good_reply(std::move(answer), schema)};
    telling.add(std::move(operation), {});
  };
  add("/v2", "v2_server", "The server's name and extensions (V2)", "What it is.", kServer);
  add("/v2/health/live", "v2_live", "Is the server alive? (V2)", "It is.", kLive);
  add("/v2/models/stats", "v2_all_stats", "Statistics of all models (V2)", "Every version's.", kStatistics);
  Operation ready = telling.get("/v2/health/ready", "v2_ready", "Is the server ready? (V2)");
  ready.replies = {good_reply("It is.", kReady), good_reply("It has no model, or is about to stop.", kReady)};
  ready.replies.back().status = 503;
  telling.add(std::move(ready), {});
}

void add_models(Telling& telling) {
  for (const bool versioned : {false, true}) {
    const auto add = [&](std::string_view end, std::string_view name, std::string summary, std::string answer,
                         std::string_view schema) {
      Operation operation = telling.get(v2_path(versioned, end), v2_id(name, versioned),
                                        summary + (versioned ? " of a version (V2)" : " of a model (V2)"));
      operation.replies = {good_reply(std::move(answer), schema)};
      telling.add(std::move(operation), {404});
    };
    add("", "metadata", "Inputs and outputs", "The tensors.", metadata_schema());
    add("/ready", "model_ready", "Readiness", "It is ready.", kModelReady);
    add("/config", "config", "Configuration", "As Triton tells it.", kConfig);
    add("/stats", "stats", "Statistics", "Requests of every dialect, and their times.", kStatistics);
  }
}

void add_repository(Telling& telling) {
  Operation index = telling.post("/v2/repository/index", "v2_index", "Models that could be served (V2)");
  index.bodies = {{.schema = std::string(kIndexRequest)}};
  index.body_required = false;
  index.replies = {good_reply("Every version, and whether it is ready.", kIndex)};
  telling.add(std::move(index), {400, 503});
  for (const std::string verb : {"load", "unload"}) {
    Operation change = telling.post("/v2/repository/models/{model}/" + verb, "v2_" + verb,
                                    (verb == "load" ? "Load a model (V2)" : "Unload a model (V2)"));
    change.bodies = {{.schema = std::string(kLoadRequest)}};
    change.body_required = false;
    change.changes_server = true;
    change.replies = {done("It is done.")};
    telling.add(std::move(change), {400, 404, 503});
  }
}

void add_settings(Telling& telling) {
  struct Setting {
    std::string path;
    std::string id;
    std::string what;
  };
  for (const Setting& setting :
       {Setting{"/v2/trace/setting", "v2_trace", "trace settings"},
        Setting{"/v2/models/{model}/trace/setting", "v2_model_trace", "trace settings of a model"},
        Setting{"/v2/logging", "v2_logging", "log settings"}}) {
    Operation told = telling.get(setting.path, setting.id, "The " + setting.what + " (V2)");
    told.replies = {good_reply("As they stand.", kObject)};
    Operation change = telling.post(setting.path, setting.id + "_change", "Change the " + setting.what + " (V2)");
    change.description = "What stands already is taken; a change is refused.";
    change.bodies = {{.schema = std::string(kObject)}};
    change.body_required = false;
    change.replies = told.replies;
    const bool of_model = setting.path.find("{model}") != std::string::npos;
    of_model ? telling.add(std::move(told), {404}) : telling.add(std::move(told), {});
    of_model ? telling.add(std::move(change), {400, 404}) : telling.add(std::move(change), {400});
  }
}

void add_shared_memory(Telling& telling, const std::string& kind) {
  const std::string root = "/v2/" + kind;
  const std::string id = "v2_" + kind;
  const Parameter region{.name = "region",
                         .description = "A region's name.",
                         .schema = R"({"type":"string","pattern":"^[^\u0000\r\n]+$"})",
                         .example = "region",
                         .in_path = true};
  Operation none = telling.get(root + "/status", id + "_status", "Regions of " + kind + " (V2)");
  none.replies = {good_reply("There are none.", kNone)};
  telling.add(std::move(none), {});
  Operation status = telling.get(root + "/region/{region}/status", id + "_region", "A region of " + kind + " (V2)");
  status.parameters = {region};
  status.description = "There are no regions: always refused.";
  telling.add(std::move(status), {400});
  Operation add = telling.post(root + "/region/{region}/register", id + "_register", "Register " + kind + " (V2)");
  add.parameters = {region};
  add.description = "Shared memory is not supported: always refused.";
  add.bodies = {{.schema = std::string(kObject)}};
  telling.add(std::move(add), {400});
  Operation remove =
      telling.post(root + "/region/{region}/unregister", id + "_unregister", "Unregister " + kind + " (V2)");
  remove.parameters = {region};
  remove.replies = {done("There is none of that name.")};
  telling.add(std::move(remove), {});
  Operation clear = telling.post(root + "/unregister", id + "_unregister_all", "Unregister all " + kind + " (V2)");
  clear.replies = {done("There are none.")};
  telling.add(std::move(clear), {});
}

}  // namespace

void V2Dialect::describe(Description& to) const {
  Telling telling(to, "V2", "The Open Inference Protocol V2, with Triton's extensions.", "V2Error",
                  error_text_schema());
  tell_v2_predictions(telling);
  add_server(telling);
  add_models(telling);
  add_repository(telling);
  add_settings(telling);
  add_shared_memory(telling, "systemsharedmemory");
  add_shared_memory(telling, "cudasharedmemory");
}

}  // namespace pelton::api
