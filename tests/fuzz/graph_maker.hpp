#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/onnx/graph_writer.hpp"
#include "function_maker.hpp"
#include "operators/registry.hpp"
#include "tensor/tensor.hpp"

/// ONNX graphs made up from a fuzzer's bytes: operators of all kinds, wired to what fits them.
namespace pelton::fuzz {

using tensor::DataType;

/// Choices read from the fuzzer's bytes; zeros where they have run out.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  std::size_t below(std::size_t bound) { return bound <= 256 ? byte() % bound : (byte() * 256U + byte()) % bound; }
  bool one_in(std::size_t n) { return below(n) == n - 1; }
  bool done() const noexcept { return rest_.empty(); }

  std::int64_t integer();  ///< small more often than not, and the ends of the types
  double number();         ///< of all magnitudes, NaN and the infinities
  std::string text();
  DataType type();
  std::vector<std::int64_t> dims(std::size_t most_rank);
  formats::onnx::RawTensor constant();

 private:
  std::span<const std::uint8_t> rest_;
};

/// A graph under construction. Every node that is kept could be carried out on three rows of zeros.
class GraphMaker {
 public:
  explicit GraphMaker(Choices& choices);

  struct File {
    std::string bytes;
    std::string with_functions;  ///< the same graph, some of its nodes in functions; empty: there is none
  };
  /// The graph with its last values as the output, one file each.
  std::vector<File> files() const;

 private:
  struct Named {
    std::string name;
    std::unique_ptr<tensor::Value> value;
    DataType type = DataType::undefined;
    bool constant = false;
  };
  struct Input {
    std::string name;
    DataType type;
    std::vector<std::int64_t> dims;
  };

  void add_input();
  void add_node();
  void add_scan();
  std::size_t pick(DataType wanted);
  std::size_t new_constant();
  formats::onnx::Attribute make_attribute(std::string_view name);
  void write(formats::onnx::GraphWriter& writer, FunctionMaker* functions) const;
  std::string file_for(const Named& value, FunctionMaker* functions = nullptr) const;
  std::string fresh_name() { return "v" + std::to_string(++names_); }

  Choices& choices_;
  std::array<formats::onnx::OpsetImport, 4> opsets_;
  std::vector<Input> inputs_;
  std::vector<std::pair<std::string, formats::onnx::RawTensor>> constants_;
  std::vector<formats::onnx::Node> nodes_;
  std::deque<Named> values_;            ///< references stay good
  std::vector<std::string> unchecked_;  ///< files with a node that could not be tried out here
  std::size_t names_ = 0;
  std::vector<std::size_t> levels_;  ///< by node: of functions that it is in when they are made
};

}  // namespace pelton::fuzz
