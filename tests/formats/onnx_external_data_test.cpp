#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "formats/load.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/onnx/wire_writer.hpp"

namespace pelton::formats {
namespace {

using onnx::WireWriter;
using testing::HasSubstr;

using Entries = std::vector<std::pair<std::string, std::string>>;

/// x [rows, 2] of doubles plus `constants`, one after the other; each constant's data is where its entries say.
std::string adding(const std::vector<Entries>& constants) {
  WireWriter graph;
  for (const char* name : {"x", "y"}) {
    WireWriter rows;
    rows.text(2, "rows");
    WireWriter columns;
    columns.integer(1, 2);
    WireWriter shape;
    shape.message(1, rows);
    shape.message(1, columns);
    WireWriter tensor;
    tensor.integer(1, 11);
    tensor.message(2, shape);
    WireWriter type;
    type.message(1, tensor);
    WireWriter info;
    info.text(1, name);
    info.message(2, type);
    graph.message(name[0] == 'x' ? 11 : 12, info);
  }
  for (std::size_t i = 0; i < constants.size(); ++i) {
    WireWriter tensor;
    tensor.integer(1, 2);
    tensor.integer(2, 11);
    tensor.text(8, "c" + std::to_string(i));
    for (const auto& [key, value] : constants[i]) {
      WireWriter entry;
      entry.text(1, key);
      entry.text(2, value);
      tensor.message(13, entry);
    }
    tensor.integer(14, 1);
    graph.message(5, tensor);
    WireWriter node;
    node.text(1, i == 0 ? "x" : "s" + std::to_string(i - 1));
    node.text(1, "c" + std::to_string(i));
    node.text(2, i + 1 == constants.size() ? "y" : "s" + std::to_string(i));
    node.text(4, "Add");
    graph.message(1, node);
  }
  WireWriter opset;
  opset.text(1, "");
  opset.integer(2, 18);
  WireWriter model;
  model.integer(1, 8);
  model.message(7, graph);
  model.message(8, opset);
  return model.take();
}

std::string packed(const std::vector<double>& values) {
  std::string bytes(values.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// A folder of its own with another beside it, removed in the end.
class ExternalDataTest : public testing::Test {
 protected:
  ExternalDataTest() {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(folder_ / "weights");
    write(folder_ / "model.data", packed({1, 2, 30, 40}));
    write(folder_ / "weights" / "deep.data", packed({5, 6}));
    write(root_ / "outside.data", packed({7, 8}));
  }
  ~ExternalDataTest() override { std::filesystem::remove_all(root_); }

  static void write(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }
  /// What predict gives for zeros; the message of the failure to load as an exception.
  std::array<double, 2> predict(const std::vector<Entries>& constants) {
    write(folder_ / "model.onnx", adding(constants));
    const auto model = load_model(folder_ / "model.onnx");
    if (!model) throw std::runtime_error(model.error().message());
    const std::array<double, 2> row{};
    std::array<double, 2> result{};
    model::Workspace workspace;
    (*model)->score({row.data(), 1, 2}, model::Method::predict, {result.data(), 1, 2}, workspace);
    return result;
  }
  std::string refusal(const Entries& entries) {
    try {
      predict({entries});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "loaded";
  }

  const std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("pelton_external_data_test_" + std::to_string(::getpid()));
  const std::filesystem::path folder_ = root_ / "model";
};

TEST_F(ExternalDataTest, ReadsWeightsOfTheModelsFolder) {
  EXPECT_EQ(predict({{{"location", "model.data"}, {"offset", "0"}, {"length", "16"}},
                     {{"location", "model.data"}, {"offset", "16"}}}),
            (std::array<double, 2>{31, 42}));
  EXPECT_EQ(predict({{{"location", "weights/deep.data"}}}), (std::array<double, 2>{5, 6}));
  EXPECT_EQ(predict({{{"location", "./weights/deep.data"}, {"checksum", "ignored"}}}), (std::array<double, 2>{5, 6}));
}

TEST_F(ExternalDataTest, FollowsLinksWithinTheFolderOnly) {
  std::filesystem::create_symlink("weights/deep.data", folder_ / "inner.data");
  EXPECT_EQ(predict({{{"location", "inner.data"}}}), (std::array<double, 2>{5, 6}));
  std::filesystem::create_symlink("../outside.data", folder_ / "link.data");
  std::filesystem::create_symlink("..", folder_ / "up");
  for (const char* location : {"link.data", "up/outside.data", "../outside.data", "weights/../../outside.data"}) {
    EXPECT_THAT(refusal({{"location", location}}),
                HasSubstr("tensor \"c0\": keeps its data in \"" + std::string(location) +
                          "\", which is not in the model's folder"));
  }
  EXPECT_THAT(refusal({{"location", (root_ / "outside.data").string()}}), HasSubstr("not in the model's folder"));
  EXPECT_THAT(refusal({{"location", std::string("model.data\0x", 12)}}), HasSubstr("not in the model's folder"));
}

TEST_F(ExternalDataTest, HoldsPlacesAgainstTheFile) {
  const auto of = [](const char* offset, const char* length) {
    return Entries{{"location", "model.data"}, {"offset", offset}, {"length", length}};
  };
  EXPECT_THAT(refusal(of("24", "16")), HasSubstr("asks for more data than \"model.data\" has"));
  EXPECT_THAT(refusal(of("33", "0")), HasSubstr("asks for more data than"));
  EXPECT_THAT(refusal(of("18446744073709551615", "16")), HasSubstr("asks for more data than"));
  EXPECT_THAT(refusal(of("0", "18446744073709551615")), HasSubstr("asks for more data than"));
  EXPECT_THAT(refusal(of("-1", "16")), HasSubstr("its offset is not a number"));
  EXPECT_THAT(refusal(of("0", "16 ")), HasSubstr("its length is not a number"));
  EXPECT_THAT(refusal(of("0", "24")), HasSubstr("does not hold the 2 values"));
  EXPECT_THAT(refusal({{"location", "missing.data"}}), HasSubstr("\"missing.data\", which cannot be opened"));
  EXPECT_THAT(refusal({{"location", "weights"}}), HasSubstr("is not a regular file"));
  EXPECT_THAT(refusal({{"offset", "0"}}), HasSubstr("does not say which file its data is in"));
}

TEST_F(ExternalDataTest, DoesNotLetFewBytesStandForMany) {
  const Entries whole{{"location", "model.data"}, {"length", "16"}};
  EXPECT_NO_THROW(predict({whole, whole}));
  EXPECT_THROW(predict({whole, whole, whole}), std::runtime_error);
}

TEST_F(ExternalDataTest, OpensNothingForAModelInMemory) {
  const auto model = read_model(adding({{{"location", "model.data"}}}), "test");
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message(), HasSubstr("tensor \"c0\" keeps its data in another file"));
}

}  // namespace
}  // namespace pelton::formats
