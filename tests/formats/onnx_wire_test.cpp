#include "formats/onnx/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/onnx/proto_reader.hpp"
#include "formats/onnx/wire_writer.hpp"

namespace pelton::formats::onnx {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using namespace std::string_literals;

TEST(WireReader, ReadsEveryTypeOfField) {
  WireWriter writer;
  writer.integer(1, -1);
  writer.number(2, 0.5F);
  writer.text(3, "abc");
  const std::string bytes = writer.take() + "\x21\x01\x00\x00\x00\x00\x00\x00\x00"s;  // field 4, 64 bits
  WireReader reader(bytes);
  WireField field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.number, 1U);
  EXPECT_EQ(static_cast<std::int64_t>(field.value), -1);
  EXPECT_EQ(field.payload.size(), 10U);
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.type, WireType::fixed32);
  EXPECT_EQ(field.value, 0x3F000000U);
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.payload, "abc");
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.value, 1U);
  EXPECT_FALSE(reader.next(field));
  EXPECT_FALSE(reader.malformed());
}

TEST(WireReader, StopsAtWhatIsMalformed) {
  const std::string broken[] = {
      "\x08"s,                                      // a value is missing
      "\x0A\x05xyz"s,                               // runs past the end
      "\x00\x01"s,                                  // field 0
      "\x0B"s,                                      // a group
      "\x0F"s,                                      // wire type 7
      "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"s,  // a tag without end
      "\xFF\xFF\xFF\xFF\x7F\x01"s,                  // a tag beyond 32 bits
      "\x0D\x01\x02\x03"s,                          // three of four bytes
  };
  for (const std::string& bytes : broken) {
    WireReader reader(bytes);
    WireField field;
    EXPECT_FALSE(reader.next(field)) << testing::PrintToString(bytes);
    EXPECT_TRUE(reader.malformed()) << testing::PrintToString(bytes);
    EXPECT_FALSE(reader.next(field));
  }
}

/// A model whose one node has one attribute with these bytes.
std::string with_attribute(const std::string& attribute) {
  WireWriter node;
  node.text(5, attribute);
  WireWriter graph;
  graph.message(1, node);
  WireWriter model;
  model.integer(1, 8);
  model.message(7, graph);
  return model.take();
}

std::vector<float> floats_of(const std::string& attribute) {
  const std::string bytes = with_attribute(attribute);
  const auto model = read_model_proto(bytes, {});
  EXPECT_TRUE(model) << model.error().message();
  return model ? model->graph->node[0].attribute[0].floats : std::vector<float>();
}

TEST(ProtoReader, ReadsListsOfFloatsHoweverTheyAreWritten) {
  const std::string half = "\x3D\x00\x00\x00\x3F"s;
  const std::string one = "\x3D\x00\x00\x80\x3F"s;
  const std::string packed = "\x3A\x08\x00\x00\x00\x3F\x00\x00\x80\x3F"s;
  EXPECT_THAT(floats_of(half + one + half), ElementsAre(0.5F, 1.0F, 0.5F));
  EXPECT_THAT(floats_of(packed), ElementsAre(0.5F, 1.0F));
  EXPECT_THAT(floats_of(packed + half + "\x18\x07"s + one), ElementsAre(0.5F, 1.0F, 0.5F, 1.0F));
}

TEST(ProtoReader, RefusesListsThatBreakOff) {
  for (const std::string& attribute : {"\x3D\x00\x00\x00\x3F\x3D\x00"s, "\x3A\x03\x00\x00\x00"s, "\x42\x01\x80"s}) {
    const std::string bytes = with_attribute(attribute);
    const auto model = read_model_proto(bytes, {});
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code(), core::ErrorCode::malformed);
    EXPECT_THAT(model.error().message(), HasSubstr("attribute \"\""));
  }
}

TEST(ProtoReader, RefusesFieldsOfAnotherType) {
  WireWriter model;
  model.integer(7, 1);
  const std::string bytes = model.take();
  EXPECT_THAT(read_model_proto(bytes, {}).error().message(), HasSubstr("field 7 is encoded as another type"));
}

TEST(ProtoReader, PassesOverFieldsItDoesNotKnow) {
  WireWriter model;
  model.integer(1, 8);
  model.text(999, "from the future");
  model.text(2, "somebody");
  const std::string bytes = model.take();
  const auto read = read_model_proto(bytes, {});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->producer_name, "somebody");
}

TEST(ProtoReader, TellsModelsByTheirBeginning) {
  EXPECT_TRUE(looks_like_model_proto("\x08\x08"));
  EXPECT_TRUE(looks_like_model_proto("\x3A\x00\x08\x08"s));  // the graph first
  EXPECT_FALSE(looks_like_model_proto(""));
  EXPECT_FALSE(looks_like_model_proto("tree\nversion=v4\n"));
  EXPECT_FALSE(looks_like_model_proto("{\"learner\": {}}"));
  EXPECT_FALSE(looks_like_model_proto("\x80\x04\x95"));  // a pickle
}

}  // namespace
}  // namespace pelton::formats::onnx
