#include <algorithm>
#include <cstring>
#include <utility>

#include "graph/steps.hpp"

namespace pelton::graph {
namespace {

/// A step from rows of one width to rows of another.
class RowStep : public Step {
 public:
  RowStep(std::size_t in, std::size_t out, double flops) : in_(in), out_(out), flops_(flops) {}
  std::size_t width() const noexcept override { return out_; }
  Cost cost() const noexcept override { return {0, 0, flops_}; }

 protected:
  std::size_t in_;
  std::size_t out_;
  double flops_;
};

double count(std::size_t n) { return static_cast<double>(n); }

class NormalizeStep final : public RowStep {
 public:
  NormalizeStep(Norm norm, std::size_t width) : RowStep(width, width, 3 * count(width)), norm_(norm) {}
  bool runs_in_place() const noexcept override { return true; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    math::kernels().normalize(norm_, input_of(inputs[0]), out.rows, out.cols, output_of(out));
  }
  std::string describe() const override {
    const char* name = norm_ == Norm::l1 ? "l1" : norm_ == Norm::l2 ? "l2" : "max";
    return std::string("normalize ") + name + " over " + std::to_string(out_) + " columns, " + isa_name();
  }

 private:
  Norm norm_;
};

class GatherStep final : public RowStep {
 public:
  GatherStep(std::vector<std::size_t> columns, std::size_t in)
      : RowStep(in, columns.size(), 0), columns_(std::move(columns)) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) {
      const double* from = inputs[0].row(r);
      double* to = out.row(r);
      for (std::size_t c = 0; c < columns_.size(); ++c) to[c] = from[columns_[c]];
    }
  }
  std::string describe() const override { return "select columns " + widths(in_, out_); }
  Cost cost() const noexcept override { return {0, columns_.size() * sizeof(std::size_t), 0}; }

 private:
  std::vector<std::size_t> columns_;
};

class CopyStep final : public RowStep {
 public:
  explicit CopyStep(std::size_t width) : RowStep(width, width, 0) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) std::memcpy(out.row(r), inputs[0].row(r), out.cols * sizeof(double));
  }
  std::string describe() const override { return "copy " + widths(in_, out_); }
};

class ConstantStep final : public RowStep {
 public:
  explicit ConstantStep(Columns values) : RowStep(0, values.size(), 0), values_(std::move(values)) {}
  void run(std::span<const math::ConstMatrix>, math::Matrix out, double*) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) std::copy(values_.begin(), values_.end(), out.row(r));
  }
  std::string describe() const override { return "constant " + std::to_string(out_); }
  Cost cost() const noexcept override { return {values_.size(), values_.size() * sizeof(double), 0}; }

 private:
  Columns values_;
};

class SoftmaxStep final : public RowStep {
 public:
  SoftmaxStep(bool log, std::size_t width) : RowStep(width, width, 25 * count(width)), log_(log) {}
  bool runs_in_place() const noexcept override { return true; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    math::kernels().softmax(log_, input_of(inputs[0]), out.rows, out.cols, output_of(out));
  }
  std::string describe() const override {
    return (log_ ? "log_softmax over " : "softmax over ") + std::to_string(out_) + " columns, " + isa_name();
  }

 private:
  bool log_;
};

class SoftmaxZeroStep final : public RowStep {
 public:
  explicit SoftmaxZeroStep(std::size_t width) : RowStep(width, width, 50 * count(width)) {}
  bool runs_in_place() const noexcept override { return true; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    math::kernels().softmax_zero(input_of(inputs[0]), out.rows, out.cols, output_of(out));
  }
  std::string describe() const override {
    return "softmax of the nonzero over " + std::to_string(out_) + " columns, " + isa_name();
  }
};

class ArgExtremeStep final : public RowStep {
 public:
  ArgExtremeStep(bool largest, bool last, std::size_t width)
      : RowStep(width, 1, count(width)), largest_(largest), last_(last) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    if (largest_) {
      find(inputs[0], out, [](double a, double b) { return a > b; });
    } else {
      find(inputs[0], out, [](double a, double b) { return a < b; });
    }
  }
  std::string describe() const override {
    return (largest_ ? "argmax over " : "argmin over ") + std::to_string(in_) + " columns";
  }

 private:
  template <class Better>
  void find(math::ConstMatrix in, math::Matrix out, Better better) const noexcept {
    for (std::size_t r = 0; r < out.rows; ++r) {
      const double* x = in.row(r);
      std::size_t best = 0;
      for (std::size_t c = 1; c < in.cols; ++c) {
        const bool wins = better(x[c], x[best]) || (last_ && x[c] == x[best]) || (x[best] != x[best] && x[c] == x[c]);
        if (wins) best = c;
      }
      *out.row(r) = static_cast<double>(best);
    }
  }

  bool largest_;
  bool last_;
};

class ReduceStep final : public RowStep {
 public:
  ReduceStep(ReduceOp op, std::size_t width) : RowStep(width, 1, 2 * count(width)), op_(op) {}
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    math::kernels().reduce(op_, input_of(inputs[0]), out.rows, inputs[0].cols, output_of(out));
  }
  std::string describe() const override {
    static constexpr const char* kNames[] = {"sum", "mean",           "max",  "min",     "l1",
                                             "l2",  "sum of squares", "prod", "log sum", "log sum exp"};
    return std::string("reduce ") + kNames[static_cast<std::size_t>(op_)] + " over " + std::to_string(in_) +
           " columns, " + isa_name();
  }

 private:
  ReduceOp op_;
};

}  // namespace

std::string isa_name() { return std::string(core::to_string(core::active_isa())); }

std::string widths(std::size_t in, std::size_t out) {
  return in == out ? std::to_string(in) : std::to_string(in) + " -> " + std::to_string(out);
}

StepPtr make_normalize(Norm norm, std::size_t width) { return std::make_shared<NormalizeStep>(norm, width); }
StepPtr make_gather(std::vector<std::size_t> columns, std::size_t width) {
  return std::make_shared<GatherStep>(std::move(columns), width);
}
StepPtr make_copy(std::size_t width) { return std::make_shared<CopyStep>(width); }
StepPtr make_constant(Columns values) { return std::make_shared<ConstantStep>(std::move(values)); }
StepPtr make_softmax(bool log, std::size_t width) { return std::make_shared<SoftmaxStep>(log, width); }
StepPtr make_softmax_zero(std::size_t width) { return std::make_shared<SoftmaxZeroStep>(width); }
StepPtr make_arg_extreme(bool largest, bool last_on_ties, std::size_t width) {
  return std::make_shared<ArgExtremeStep>(largest, last_on_ties, width);
}
StepPtr make_reduce(ReduceOp op, std::size_t width) { return std::make_shared<ReduceStep>(op, width); }

}  // namespace pelton::graph
