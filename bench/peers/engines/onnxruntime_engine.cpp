#include <cstdint>
#include <deque>
#include <stdexcept>

#include "engine.hpp"

namespace engines {
namespace {

using Handle = void*;

/// Positions in ONNX Runtime's table of functions (OrtApi in onnxruntime_c_api.h); the order of version 1 is
/// promised never to change.
enum Slot : std::size_t {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSession = 7,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetIntraOpNumThreads = 24,
  kSetInterOpNumThreads = 25,
  kSessionGetInputName = 36,
  kSessionGetOutputName = 37,
  kCreateTensorAsOrtValue = 48,
  kCreateTensorWithDataAsOrtValue = 49,
  kFillStringTensor = 52,
  kSessionGetInputCount = 30,
  kCreateCpuMemoryInfo = 69,
  kGetAllocatorWithDefaultOptions = 78,
};

constexpr int kWarning = 2;         // OrtLoggingLevel
constexpr int kArenaAllocator = 1;  // OrtAllocatorType
constexpr int kMemoryDefault = 0;   // OrtMemType
constexpr int kFloat = 1;           // ONNXTensorElementDataType
constexpr int kString = 8;

/// ONNX Runtime through its C interface: rows and results stay where they are, in tensors made beforehand. One input
/// takes all columns, or each column has an input of its own.
class OnnxruntimeEngine final : public Engine {
 public:
  OnnxruntimeEngine(const std::string& library, const std::string& model, std::size_t output, std::size_t columns,
                    const Rows& rows)
      : library_(library), rows_(rows), columns_(columns), out_(rows.count * columns) {
    struct ApiBase {
      const void* const* (*get_api)(std::uint32_t);
      const char* (*version)();
    };
    api_ = library_.function<const ApiBase* (*)()>("OrtGetApiBase")()->get_api(1);
    Handle environment = nullptr;
    Handle options = nullptr;
    call(kCreateEnv, kWarning, "compare", &environment);
    call(kCreateSessionOptions, &options);
    call(kSetIntraOpNumThreads, options, 1);
    call(kSetInterOpNumThreads, options, 1);
    call(kCreateSession, environment, model.c_str(), options, &session_);
    call(kCreateCpuMemoryInfo, kArenaAllocator, kMemoryDefault, &memory_);
    call(kGetAllocatorWithDefaultOptions, &allocator_);
    std::size_t inputs = 0;
    call(kSessionGetInputCount, session_, &inputs);
    if (inputs != 1 && inputs != rows.features) throw std::runtime_error("the model is not one of these rows");
    input_names_.resize(inputs);
    for (std::size_t i = 0; i < inputs; ++i) call(kSessionGetInputName, session_, i, allocator_, &input_names_[i]);
    call(kSessionGetOutputName, session_, output, allocator_, &output_name_);
  }

  void prepare(std::size_t batch) override {
    inputs_.clear();
    columns_of_rows_.clear();
    const auto rows = static_cast<std::int64_t>(batch);
    for (std::size_t first = 0; first + batch <= rows_.count; first += batch) {
      if (input_names_.size() == 1) {
        const std::int64_t shape[] = {rows, static_cast<std::int64_t>(rows_.features)};
        inputs_.push_back(tensor(rows_.floats.data() + first * rows_.features, batch * rows_.features, shape));
        continue;
      }
      for (std::size_t c = 0; c < rows_.features; ++c) inputs_.push_back(column(c, first, batch));
    }
    const std::int64_t shape[] = {rows, static_cast<std::int64_t>(columns_)};
    output_ = tensor(out_.data(), batch * columns_, shape);
  }

  void score(std::size_t first, std::size_t batch) override {
    const char* const output_names[] = {output_name_};
    const std::size_t inputs = input_names_.size();
    call(kRun, session_, Handle{nullptr}, input_names_.data(), &inputs_[first / batch * inputs], inputs, output_names,
         std::size_t{1}, &output_);
  }

  std::vector<double> margins(std::size_t batch) const override {
    std::vector<double> last(batch);
    for (std::size_t r = 0; r < batch; ++r) last[r] = static_cast<double>(out_[(r + 1) * columns_ - 1]);
    return last;
  }

 private:
  template <class... Parameters>
  void call(Slot slot, Parameters... parameters) const {
    const Handle status = function<Handle (*)(Parameters...)>(slot)(parameters...);
    if (status != nullptr) throw std::runtime_error(function<const char* (*)(Handle)>(kGetErrorMessage)(status));
  }

  template <class F>
  F function(Slot slot) const {
    F pointer = nullptr;
    std::memcpy(&pointer, &api_[slot], sizeof(pointer));
    return pointer;
  }

  Handle tensor(const float* data, std::size_t count, const std::int64_t (&shape)[2]) const {
    Handle value = nullptr;
    call(kCreateTensorWithDataAsOrtValue, memory_, const_cast<float*>(data), count * sizeof(float), &shape[0],
         std::size_t{2}, kFloat, &value);
    return value;
  }

  /// One column of some rows, [batch, 1].
  Handle column(std::size_t c, std::size_t first, std::size_t batch) {
    const std::int64_t shape[] = {static_cast<std::int64_t>(batch), 1};
    const auto value = [&](std::size_t r) { return rows_.floats[(first + r) * rows_.features + c]; };
    if (rows_.all_numbers() || rows_.texts[c].empty()) {
      std::vector<float>& values = columns_of_rows_.emplace_back(batch);
      for (std::size_t r = 0; r < batch; ++r) values[r] = value(r);
      return tensor(values.data(), batch, shape);
    }
    std::vector<const char*> texts(batch);
    for (std::size_t r = 0; r < batch; ++r) texts[r] = rows_.texts[c].at(static_cast<std::size_t>(value(r))).c_str();
    Handle made = nullptr;
    call(kCreateTensorAsOrtValue, allocator_, &shape[0], std::size_t{2}, kString, &made);
    call(kFillStringTensor, made, texts.data(), batch);
    return made;
  }

  Library library_;
  const void* const* api_ = nullptr;
  const Rows& rows_;
  Handle session_ = nullptr;
  Handle memory_ = nullptr;
  Handle allocator_ = nullptr;
  std::size_t columns_;
  std::vector<char*> input_names_;
  std::deque<std::vector<float>> columns_of_rows_;  ///< where the inputs' tensors of one column lie
  char* output_name_ = nullptr;
  std::vector<Handle> inputs_;
  Handle output_ = nullptr;
  std::vector<float> out_;
};

}  // namespace

std::unique_ptr<Engine> make_onnxruntime(const std::string& library, const std::string& model, std::size_t output,
                                         std::size_t columns, const Rows& rows) {
  return std::make_unique<OnnxruntimeEngine>(library, model, output, columns, rows);
}

}  // namespace engines
