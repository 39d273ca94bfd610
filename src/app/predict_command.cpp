#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/input_file.hpp"
#include "app/model_flags.hpp"
#include "app/output_file.hpp"
#include "app/prediction_writer.hpp"
#include "app/progress_bar.hpp"
#include "codec/row_stream.hpp"
#include "core/printable.hpp"

namespace pelton::app {

namespace {

using codec::RowStream;

enum class OnError : std::uint8_t { stop, skip, null };

constexpr std::size_t kBlockRows = 4096;
constexpr std::size_t kBlockValues = std::size_t{1} << 22;  // of rows or results: 32 MiB

struct PredictFlags {
  ModelFlags model;
  std::string rows = "-";
  std::string method = "predict";
  std::string output;
  std::string format;
  std::string on_error = "stop";
};

/// One run: rows from the stream, in blocks through the model, to the output.
class Prediction {
 public:
  Prediction(const model::Model& model, model::Method method, InputFile& input, OutputFile& output, OnError on_error)
      : model_(model),
        method_(method),
        input_(input),
        output_(output),
        on_error_(on_error),
        features_(model.schema()),
        stream_(input, features_, input.format_by_name()),
        results_(model.schema(), method),
        rows_(features_.width()),
        block_rows_(std::clamp<std::size_t>(
            kBlockValues / std::max({features_.width(), results_.width(), std::size_t{1}}), 1, kBlockRows)),
        shows_progress_(!output.is_terminal()) {}

  /// Exit code; what went wrong has been told.
  int run(const std::string& format) {
    const auto given = stream_.format();
    if (!given) return fail(given.error());
    ResultFormat wanted = *given == codec::RowFormat::csv ? ResultFormat::csv : ResultFormat::ndjson;
    if (!format.empty()) {
      wanted = format == "csv" ? ResultFormat::csv : format == "json" ? ResultFormat::json : ResultFormat::ndjson;
    }
    writer_.emplace(results_, wanted);
    const bool read = read_all();
    flush();
    if (read) begin();
    if (begun_) writer_->end(text_);
    write();
    if (begun_ && !failed_) {
      if (auto committed = output_.commit(); !committed) fail(committed.error());
    }
    bar_.clear();
    tell_bad_rows();
    return read && !failed_ ? kDone : kFailed;
  }

 private:
  /// Whether all rows were read, or passed over as the caller wished.
  bool read_all() {
    while (!failed_ && !output_.reader_gone()) {
      const auto step = stream_.next(rows_);
      if (!step) return stop(step.error().message());
      switch (*step) {
        case RowStream::Step::row:
          if (model_.refuses_rows(method_)) places_.push_back({stream_.line(), stream_.row()});
          break;
        case RowStream::Step::bad_row:
          if (on_error_ == OnError::stop) return stop(stream_.complaint());
          note_bad_row();
          break;
        case RowStream::Step::dry: {
          flush();
          if (auto refilled = stream_.refill(); !refilled) return stop(refilled.error().message());
          break;
        }
        case RowStream::Step::end: return true;
      }
      if (rows_.rows() + gaps_.size() >= block_rows_) flush();
    }
    return !failed_;
  }

  /// Ends the run at the stream's line, the rows before it written.
  bool stop(const std::string& why) {
    flush();
    if (failed_) return false;  // a row before has ended it
    bar_.clear();
    std::fprintf(stderr, "pelton predict: %s: %s\n", place().c_str(), core::all_printable(why).c_str());
    return false;
  }

  std::string place() const { return input_.name() + ":" + std::to_string(stream_.line()); }

  void note_bad_row() {
    if (bad_rows_++ == 0) first_bad_row_ = place() + ": " + stream_.complaint();
    if (on_error_ == OnError::null) gaps_.push_back(rows_.rows());
  }

  void tell_bad_rows() const {
    if (bad_rows_ == 0) return;
    std::fprintf(stderr, "pelton predict: %zu %s could not be %s and %s; the first is %s\n", bad_rows_,
                 bad_rows_ == 1 ? "row" : "rows", any_refused_ ? "scored" : "read",
                 on_error_ == OnError::null ? (bad_rows_ == 1 ? "is null" : "are null")
                                            : (bad_rows_ == 1 ? "was skipped" : "were skipped"),
                 core::all_printable(first_bad_row_).c_str());
  }

  void begin() {
    if (!std::exchange(begun_, true)) writer_->begin(text_);
  }

  /// Scores and writes what has been gathered.
  void flush() {
    const std::size_t count = rows_.rows();
    if (count + gaps_.size() == 0) return;
    begin();
    const std::size_t width = results_.width();
    if (scores_.size() < count * width) scores_.resize_uninitialized(count * width);
    if (count != 0) model_.score(std::as_const(rows_).view(), method_, {scores_.data(), count, width}, workspace_);
    std::size_t from = 0;
    for (const std::size_t gap : gaps_) {
      append_scored(from, gap);
      if (!failed_) writer_->append_missing(text_);
      from = gap;
    }
    append_scored(from, count);
    done_ += count + gaps_.size();
    rows_.clear();
    places_.clear();
    gaps_.clear();
    write();
    if (shows_progress_) bar_.show(input_.share(), done_, "rows");
  }

  /// Writes the results of rows [from, to), those aside that the model could not score.
  void append_scored(std::size_t from, std::size_t to) {
    const std::size_t width = results_.width();
    const auto append = [&](std::size_t last) {
      if (!failed_) writer_->append(text_, {scores_.data() + from * width, last - from, width});
    };
    for (std::size_t row = from; model_.refuses_rows(method_) && row < to && !failed_; ++row) {
      if (!model::Model::is_refused(scores_[row * width])) continue;
      append(row);
      from = row + 1;
      refuse(row);
    }
    append(to);
  }

  /// A row that was read and cannot be scored.
  void refuse(std::size_t row) {
    const std::string reason = model_.refusal(std::as_const(rows_).view().slice(row, 1), method_, workspace_);
    std::string complaint = input_.name() + ":" + std::to_string(places_[row].line) + ": ";
    // Documents may have all rows on one line.
    if (*stream_.format() == codec::RowFormat::json) complaint += "row " + std::to_string(places_[row].row) + ": ";
    complaint += reason;
    if (on_error_ == OnError::stop) {
      write();
      fail(core::Error(core::ErrorCode::invalid_argument, complaint));
      return;
    }
    any_refused_ = true;
    if (bad_rows_++ == 0) first_bad_row_ = std::move(complaint);
    if (on_error_ == OnError::null) writer_->append_missing(text_);
  }

  void write() {
    if (!failed_) {
      if (auto written = output_.write(text_.view()); !written) fail(written.error());
    }
    text_.clear();
  }

  int fail(const core::Error& error) {
    bar_.clear();
    failed_ = true;
    return complain("predict", error);
  }

  const model::Model& model_;
  const model::Method method_;
  InputFile& input_;
  OutputFile& output_;
  const OnError on_error_;
  const codec::FeatureTable features_;
  RowStream stream_;
  const codec::ResultWriter results_;
  std::optional<PredictionWriter> writer_;
  math::RowBuffer rows_;
  struct Place {
    std::size_t line;
    std::size_t row;
  };
  std::vector<Place> places_;      ///< of the rows gathered, where the model may refuse some
  std::vector<std::size_t> gaps_;  ///< rows before which a bad row stood
  core::AlignedBuffer<double> scores_;
  model::Workspace workspace_;
  core::TextBuffer text_;
  ProgressBar bar_;
  const std::size_t block_rows_;
  const bool shows_progress_;
  std::size_t done_ = 0;
  std::size_t bad_rows_ = 0;
  bool any_refused_ = false;  ///< whether the model could not score some of them
  std::string first_bad_row_;
  bool begun_ = false;  ///< whether anything is to be written: not where the first row or the header ends the run
  bool failed_ = false;
};

int predict(const PredictFlags& flags) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is told by write
  const auto model = load_flagged(flags.model);
  if (!model) return complain("predict", model.error());
  const auto method = choose_method(flags.method, (*model)->schema());
  if (!method) return complain("predict", method.error());
  auto input = InputFile::open(flags.rows);
  if (!input) return complain("predict", input.error());
  if (input->is_terminal()) std::fputs("pelton predict: reading rows from the terminal\n", stderr);
  auto output = OutputFile::open(flags.output);
  if (!output) return complain("predict", output.error());
  const OnError on_error = flags.on_error == "skip"   ? OnError::skip
                           : flags.on_error == "null" ? OnError::null
                                                      : OnError::stop;
  return Prediction(**model, *method, *input, *output, on_error).run(flags.format);
}

}  // namespace

void add_predict_command(CLI::App& program, Action& run) {
  auto flags = std::make_shared<PredictFlags>();
  CLI::App* verb = program.add_subcommand("predict", "Score the rows of a file or a pipe");
  verb->footer(
      "Rows are CSV (with a header of the features' names in any order, or the features in order), NDJSON (a list\n"
      "or an object of values a line, bare or as {\"x\":…}) or JSON ({\"x\":[[…],…]}, or the list alone), told by\n"
      "content. They are read as a stream, in constant memory, and results keep their order. CSV is answered in\n"
      "CSV, the others by one line {\"result\":…} a row.\n\n"
      "Example: pelton predict model.onnx rows.csv -o predictions.csv\n"
      "         zcat rows.ndjson.gz | pelton predict model.ubj --method predict_proba --on-error skip");
  add_model_flags(*verb, flags->model);
  verb->add_option("rows", flags->rows, "File of rows, - for stdin (-)")->type_name("ROWS");
  add_method_flag(*verb, flags->method, "predict, predict_proba, decision_function or leaf (predict)");
  verb->add_option("-o,--output", flags->output, "Where results go (stdout); the file appears once it is whole")
      ->type_name("OUT");
  verb->add_option("--format", flags->format, "Of the results: json, ndjson or csv (as the rows)")
      ->check(CLI::IsMember({"json", "ndjson", "csv"}))
      ->type_name("F");
  verb->add_option("--on-error", flags->on_error,
                   "What a row that cannot be read or scored does: stop, skip, or null in its place (stop)")
      ->check(CLI::IsMember({"stop", "skip", "null"}))
      ->type_name("DO");
  verb->callback([flags, &run] { run = [flags] { return predict(*flags); }; });
}

}  // namespace pelton::app
