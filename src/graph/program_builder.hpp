#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "graph/program.hpp"
#include "graph/specs.hpp"
#include "graph/step.hpp"

namespace pelton::graph {

/// Upper bounds: a program beyond them is refused with too_large.
inline constexpr std::size_t kMaxWidth = std::size_t{1} << 20;       ///< columns of a register
inline constexpr std::size_t kMaxSteps = std::size_t{1} << 16;       ///< steps of a builder
inline constexpr std::size_t kMaxParameters = std::size_t{1} << 28;  ///< numbers of one step

struct Node;

/// Collects steps, checks their shapes, and compiles the ones that wanted outputs need.
///
/// Every `add` takes the step's name (the node's, for errors and the plan), gives the register of
/// its result, or an Error that names the step: invalid_argument for shapes that do not fit or
/// registers of another builder, too_large beyond the bounds or out of memory. Constants are
/// copied (and packed) once; programs compiled from one builder share them. Not thread-safe.
///
///   ProgramBuilder builder(32);
///   auto hidden = builder.add("dense_1", Affine{builder.input(), w1, b1, {UnaryOp::relu}});
///   auto score = builder.add("dense_2", Affine{*hidden, w2, b2});
///   Result<Program> program = builder.compile(std::array{*score});
class ProgramBuilder {
 public:
  /// A builder whose programs take rows of `input_width` columns (more than kMaxWidth: every add fails).
  explicit ProgramBuilder(std::size_t input_width);
  ~ProgramBuilder();
  ProgramBuilder(ProgramBuilder&&) noexcept;
  ProgramBuilder& operator=(ProgramBuilder&&) noexcept;

  Register input() const noexcept { return {0}; }
  /// Columns of a register of this builder (asserted).
  std::size_t width(Register r) const noexcept;

  core::Result<Register> add(std::string_view name, const Affine& spec);
  core::Result<Register> add(std::string_view name, const Unary& spec);
  core::Result<Register> add(std::string_view name, const Clip& spec);
  core::Result<Register> add(std::string_view name, const Binary& spec);
  core::Result<Register> add(std::string_view name, const Where& spec);
  core::Result<Register> add(std::string_view name, const Scale& spec);
  core::Result<Register> add(std::string_view name, const Normalize& spec);
  core::Result<Register> add(std::string_view name, const Impute& spec);
  core::Result<Register> add(std::string_view name, const Concat& spec);
  core::Result<Register> add(std::string_view name, const Select& spec);
  core::Result<Register> add(std::string_view name, const Constant& spec);
  core::Result<Register> add(std::string_view name, const Lookup& spec);
  core::Result<Register> add(std::string_view name, const Translate& spec);
  core::Result<Register> add(std::string_view name, const OneHot& spec);
  core::Result<Register> add(std::string_view name, const Softmax& spec);
  core::Result<Register> add(std::string_view name, const ArgExtreme& spec);
  core::Result<Register> add(std::string_view name, const Reduce& spec);
  core::Result<Register> add(std::string_view name, const PostTransformed& spec);
  core::Result<Register> add(std::string_view name, const SvmSums& spec);
  core::Result<Register> add(std::string_view name, const SvmPairs& spec);
  core::Result<Register> add(std::string_view name, const SvmVotes& spec);
  core::Result<Register> add(std::string_view name, const SvmOneVsRest& spec);
  core::Result<Register> add(std::string_view name, const SvmProbabilities& spec);
  /// A step made elsewhere over registers of this builder.
  core::Result<Register> add(std::string_view name, std::shared_ptr<const Step> step, std::span<const Register> inputs);

  /// By register (its id): the one column of the input that its values depend on, kNoColumn where they
  /// depend on none, kManyColumns where on several or it is not known. O(steps).
  std::vector<std::size_t> columns_behind() const;
  static constexpr std::size_t kNoColumn = SIZE_MAX;
  static constexpr std::size_t kManyColumns = SIZE_MAX - 1;

  /// The program that computes `outputs` (in that order) and nothing else. May be called again for
  /// other outputs: predict, predict_proba and decision_function each run only what they need.
  core::Result<Program> compile(std::span<const Register> outputs) const;

 private:
  using Problem = std::optional<core::Error>;
  using StepPtr = std::shared_ptr<const Step>;

  /// The width of a register, or 0 if it is not of this builder: every check then fails, and so says `append`.
  std::size_t known_width(Register r) const noexcept;
  std::size_t known_width(const Operand& operand) const noexcept;
  /// The affine step that looks up what would be one-hot columns of its input; nothing where there are none.
  std::optional<core::Result<Register>> add_looked_up(std::string_view name, const Affine& spec);
  /// A register, and a column of it that neighbouring columns begin with.
  struct Window {
    std::uint32_t node = 0;
    std::size_t first = 0;
  };
  /// A register for `columns` columns, which looks at them where they are made.
  core::Result<Register> window(std::string_view name, Window at, std::size_t columns);
  /// Through views and concats, as long as all the columns are of one part.
  Window where_made(Window at, std::size_t columns) const;
  /// Where parts lie, if they are neighbouring columns of one register.
  std::optional<Window> side_by_side(std::span<const Register> parts) const;
  core::Result<Register> append(std::string_view name, std::span<const Register> inputs, Problem problem, Node node);
  template <class Make>
  core::Result<Register> append_step(std::string_view name, std::span<const Register> inputs, Problem problem,
                                     Make make);

  std::vector<Node> nodes_;
};

}  // namespace pelton::graph
