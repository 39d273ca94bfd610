#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/feature_table.hpp"
#include "codec/v2/datatype.hpp"
#include "model/schema.hpp"

namespace pelton::codec::v2 {

/// An input tensor as the protocol tells it: some features side by side, a row of the request a row.
struct InputTensor {
  std::string name;
  Datatype datatype = Datatype::fp64;
  std::size_t first = 0;           ///< feature
  std::size_t width = 0;           ///< features
  std::vector<std::size_t> shape;  ///< of a row; product `width`
};

/// An output tensor: what a method gives.
struct OutputTensor {
  std::string name;       ///< the method's
  std::string file_name;  ///< the model file's own name for it, or empty
  model::Method method = model::Method::predict;
  Datatype datatype = Datatype::fp64;
  std::vector<std::size_t> shape;  ///< of a row; empty where it is one bare value
  bool labelled = false;           ///< a class label
};

/// A model's inputs and outputs in the words of the protocol; built once a model, then read-only (thread-safe).
///
/// The tensors that the model's file names are the inputs. Where it names none, features of one type are one
/// input called "input", and features of different types one input each.
class TensorTable {
 public:
  explicit TensorTable(const model::Schema& schema);

  const std::vector<InputTensor>& inputs() const noexcept { return inputs_; }
  /// Those that are told in the metadata and given where none is asked for: predict and predict_proba; where
  /// the model offers neither, all.
  const std::vector<OutputTensor>& outputs() const noexcept { return outputs_; }
  /// Those that have to be asked for.
  const std::vector<OutputTensor>& further_outputs() const noexcept { return further_; }

  /// The input of that name, or null. `guess` is the number tried first: requests name their inputs in the
  /// same order again and again. Allocates nothing.
  const InputTensor* find_input(std::string_view name, std::size_t guess) const noexcept;
  /// The output of that name or of that name in the file, or null.
  const OutputTensor* find_output(std::string_view name) const noexcept;
  const OutputTensor* output(model::Method method) const noexcept;
  /// The names of all inputs or outputs, for messages; of the inputs none where they are too many to be compared
  /// with a mistyped one.
  const std::vector<std::string>& suggested_inputs() const noexcept { return suggested_inputs_; }
  const std::vector<std::string>& output_names() const noexcept { return output_names_; }

 private:
  std::vector<InputTensor> inputs_;
  std::vector<OutputTensor> outputs_;
  std::vector<OutputTensor> further_;
  std::vector<std::string> suggested_inputs_;
  std::vector<std::string> output_names_;
  std::unordered_map<std::string_view, std::size_t> input_numbers_;  ///< views of inputs_' names
};

}  // namespace pelton::codec::v2
