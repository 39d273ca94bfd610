#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document/json_reader.hpp"
#include "formats/load.hpp"
#include "gtest/gtest.h"
#include "model/model.hpp"

/// Small XGBoost documents for tests, and their scoring.
namespace pelton::formats::xgboost::test {

/// One tree: lists as JSON has them. Splits by default send missing values left.
struct TreeText {
  std::string left = "[-1]";
  std::string right = "[-1]";
  std::string feature = "[0]";
  std::string condition = "[0.25]";
  std::string default_left = "[0]";
  std::string more = "";  ///< further members, each ending in a comma

  std::string json(int id) const {
    return R"({"base_weights":[],)" + more + R"("default_left":)" + default_left + R"(,"id":)" + std::to_string(id) +
           R"(,"left_children":)" + left + R"(,"right_children":)" + right + R"(,"split_conditions":)" + condition +
           R"(,"split_indices":)" + feature + "}";
  }
};

/// x[feature] < threshold ? low : high.
inline TreeText stump(int feature, const std::string& threshold, const std::string& low, const std::string& high,
                      bool default_left = true, const std::string& more = "") {
  return {"[1,-1,-1]",
          "[2,-1,-1]",
          "[" + std::to_string(feature) + ",0,0]",
          "[" + threshold + "," + low + "," + high + "]",
          default_left ? "[1,0,0]" : "[0,0,0]",
          more};
}

/// A whole model; every part is JSON text.
struct ModelText {
  std::string objective = "reg:squarederror";
  std::string base_score = R"("5E-1")";
  int features = 2;
  int classes = 0;
  int targets = 1;
  std::vector<TreeText> trees{TreeText{}};
  std::string tree_info = "";   ///< "[0,0,…]" where empty
  std::string model_more = "";  ///< members of gradient_booster.model, each ending in a comma
  std::string learner_more = "";
  std::string booster = "";  ///< in place of the gbtree of the trees

  std::string gbtree() const {
    std::string list;
    std::string info;
    for (std::size_t t = 0; t < trees.size(); ++t) {
      list += (t == 0 ? "" : ",") + trees[t].json(static_cast<int>(t));
      info += t == 0 ? "0" : ",0";
    }
    return R"({"model":{"gbtree_model_param":{"num_parallel_tree":"1","num_trees":")" + std::to_string(trees.size()) +
           R"("},)" + model_more + R"("tree_info":)" + (tree_info.empty() ? "[" + info + "]" : tree_info) +
           R"(,"trees":[)" + list + R"(]},"name":"gbtree"})";
  }
  std::string json() const {
    return R"({"learner":{)" + learner_more + R"("gradient_booster":)" + (booster.empty() ? gbtree() : booster) +
           R"(,"learner_model_param":{"base_score":)" + base_score + R"(,"num_class":")" + std::to_string(classes) +
           R"(","num_feature":")" + std::to_string(features) + R"(","num_target":")" + std::to_string(targets) +
           R"("},"objective":{"name":")" + objective + R"("}},"version":[3,2,0]})";
  }
};

/// The same document as XGBoost writes UBJSON: lists of numbers strongly typed, floats in single precision.
class UbjsonWriter {
 public:
  static std::string of(const std::string& json) {
    document::JsonReader reader(json);
    UbjsonWriter writer(reader);
    writer.value();
    EXPECT_TRUE(reader.finish()) << reader.error().message();
    return writer.out_;
  }

 private:
  explicit UbjsonWriter(document::JsonReader& reader) : reader_(reader) {}

  static bool is_whole(double x) {
    return x >= INT32_MIN && x <= INT32_MAX && x == static_cast<double>(static_cast<std::int32_t>(x));
  }
  template <class T>
  void number(T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    for (std::size_t i = sizeof(T); i-- > 0;) out_ += bytes[i];
  }
  void text(std::string_view s) {
    out_ += 'L';
    number(static_cast<std::int64_t>(s.size()));
    out_ += s;
  }
  void value() {
    using document::Kind;
    switch (reader_.kind()) {
      case Kind::object: return object();
      case Kind::array: return array();
      case Kind::string: {
        std::string_view s;
        reader_.read_string(s);
        out_ += 'S';
        return text(s);
      }
      case Kind::boolean: {
        bool b = false;
        reader_.read_bool(b);
        out_ += b ? 'T' : 'F';
        return;
      }
      default: break;
    }
    double x = 0;
    reader_.read_double(x);
    if (is_whole(x)) {
      out_ += 'l';
      return number(static_cast<std::int32_t>(x));
    }
    out_ += 'd';
    number(static_cast<float>(x));
  }
  void object() {
    out_ += '{';
    reader_.enter_object();
    for (std::string_view name; reader_.next_member(name);) {
      text(name);
      value();
    }
    out_ += '}';
  }
  void array() {
    reader_.enter_array();
    std::vector<double> numbers;
    std::string plain;
    std::int64_t count = 0;
    std::swap(plain, out_);
    while (reader_.next_element()) {
      ++count;
      if (reader_.kind() == document::Kind::number) {
        double x = 0;
        reader_.read_double(x);
        numbers.push_back(x);
      } else {
        value();
      }
    }
    std::swap(plain, out_);
    if (numbers.empty()) {
      out_ += "[#L";
      number(count);
      out_ += plain;
      return;
    }
    bool whole = true;
    for (const double x : numbers) whole = whole && is_whole(x);
    out_ += whole ? "[$l#L" : "[$d#L";
    number(static_cast<std::int64_t>(numbers.size()));
    for (const double x : numbers) {
      if (whole) {
        number(static_cast<std::int32_t>(x));
      } else {
        number(static_cast<float>(x));
      }
    }
  }

  document::JsonReader& reader_;
  std::string out_;
};

inline core::Result<LoadedModel> load(std::string_view bytes, const Options& options = {}) {
  return read_model(bytes, "model", options);
}

inline std::vector<double> score(const model::Model& model, const std::vector<double>& row,
                                 model::Method method = model::Method::decision_function) {
  const auto& spec = model.schema().output(method);
  if (!spec) return {};
  EXPECT_EQ(row.size(), model.schema().features.size());
  std::vector<double> out(spec->width);
  model::Workspace workspace;
  model.score({row.data(), 1, row.size()}, method, {out.data(), 1, out.size()}, workspace);
  return out;
}

/// Loads a document in both encodings, scores a row with each, and gives what both agree on.
inline std::vector<double> score(const ModelText& text, const std::vector<double>& row,
                                 model::Method method = model::Method::decision_function, const Options& options = {}) {
  const auto json = load(text.json(), options);
  const auto ubjson = load(UbjsonWriter::of(text.json()), options);
  EXPECT_TRUE(json) << json.error().message();
  EXPECT_TRUE(ubjson) << ubjson.error().message();
  if (!json || !ubjson) return {};
  const std::vector<double> values = score(**json, row, method);
  EXPECT_EQ(values, score(**ubjson, row, method));
  return values;
}

/// The message a document is refused with.
inline std::string fault(const std::string& bytes, const Options& options = {}) {
  const auto model = load(bytes, options);
  return model ? "no fault" : model.error().message();
}

}  // namespace pelton::formats::xgboost::test
