#include <cstdint>
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
  kCreateTensorWithDataAsOrtValue = 49,
  kCreateCpuMemoryInfo = 69,
  kGetAllocatorWithDefaultOptions = 78,
};

constexpr int kWarning = 2;         // OrtLoggingLevel
constexpr int kArenaAllocator = 1;  // OrtAllocatorType
constexpr int kMemoryDefault = 0;   // OrtMemType
constexpr int kFloat = 1;           // ONNXTensorElementDataType

/// ONNX Runtime through its C interface: rows and results stay where they are, in tensors made beforehand.
class OnnxruntimeEngine final : public Engine {
 public:
  OnnxruntimeEngine(const std::string& library, const std::string& model, const Rows& rows)
      : library_(library), rows_(rows), out_(rows.count) {
    struct ApiBase {
      const void* const* (*get_api)(std::uint32_t);
      const char* (*version)();
    };
    api_ = library_.function<const ApiBase* (*)()>("OrtGetApiBase")()->get_api(1);
    Handle environment = nullptr;
    Handle options = nullptr;
    Handle allocator = nullptr;
    call(kCreateEnv, kWarning, "compare", &environment);
    call(kCreateSessionOptions, &options);
    call(kSetIntraOpNumThreads, options, 1);
    call(kSetInterOpNumThreads, options, 1);
    call(kCreateSession, environment, model.c_str(), options, &session_);
    call(kCreateCpuMemoryInfo, kArenaAllocator, kMemoryDefault, &memory_);
    call(kGetAllocatorWithDefaultOptions, &allocator);
    call(kSessionGetInputName, session_, std::size_t{0}, allocator, &input_name_);
    call(kSessionGetOutputName, session_, std::size_t{0}, allocator, &output_name_);
  }

  void prepare(std::size_t batch) override {
    inputs_.clear();
    const auto rows = static_cast<std::int64_t>(batch);
    const std::int64_t in_shape[] = {rows, static_cast<std::int64_t>(rows_.features)};
    const std::int64_t out_shape[] = {rows, 1};
    for (std::size_t first = 0; first + batch <= rows_.count; first += batch) {
      inputs_.push_back(tensor(rows_.floats.data() + first * rows_.features, batch * rows_.features, in_shape));
    }
    output_ = tensor(out_.data(), batch, out_shape);
  }

  void score(std::size_t first, std::size_t batch) override {
    const char* const input_names[] = {input_name_};
    const char* const output_names[] = {output_name_};
    const Handle inputs[] = {inputs_[first / batch]};
    call(kRun, session_, Handle{nullptr}, input_names, inputs, std::size_t{1}, output_names, std::size_t{1}, &output_);
  }

  std::vector<double> margins(std::size_t batch) const override {
    return {out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(batch)};
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

  Library library_;
  const void* const* api_ = nullptr;
  const Rows& rows_;
  Handle session_ = nullptr;
  Handle memory_ = nullptr;
  char* input_name_ = nullptr;
  char* output_name_ = nullptr;
  std::vector<Handle> inputs_;
  Handle output_ = nullptr;
  std::vector<float> out_;
};

}  // namespace

std::unique_ptr<Engine> make_onnxruntime(const std::string& library, const std::string& model, const Rows& rows) {
  return std::make_unique<OnnxruntimeEngine>(library, model, rows);
}

}  // namespace engines
