#pragma once

#include <memory>
#include <vector>

#include "api/thread_state.hpp"
#include "batching/ticket.hpp"
#include "codec/csv_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/raw_rows.hpp"

namespace pelton::api {

/// How a prediction is written, as the caller asked.
enum class ReplyFormat { json, ndjson, csv };

/// `POST /predict` and `POST /predict/{model}[/versions/{version}]`: the native dialect.
///
/// Reads the body straight into the rows of the model's open batch, submits them, and writes the
/// answer when the batch has been scored. Loop thread only.
class NativePredict {
 public:
  explicit NativePredict(ThreadState& state);
  ~NativePredict();

  /// `model` and `version` as the route has them, decoded; empty where it has none.
  void handle(const http::RequestView& request, http::Responder responder, std::string_view model,
              std::string_view version);

 private:
  struct Call;
  struct Reading;

  std::optional<codec::Problem> read_options(const http::RequestView& request, Reading& reading);
  core::Result<void, codec::Problem> read_body(const http::RequestView& request, Reading& reading);
  bool resolve(const http::RequestView& request, http::Responder& responder, Reading& reading);
  core::TimePoint began(const http::RequestView& request) const noexcept;
  void submit(const http::RequestView& request, http::Responder responder, const Reading& reading);

  static void done(batching::Ticket& ticket, const batching::Outcome& outcome);
  void answer(Call& call, const batching::Outcome& outcome);
  void write_result(Call& call, const batching::Outcome& outcome);
  void write_problem(Call& call, const codec::Problem& problem);

  Call& take_call();
  void give_back(Call& call) noexcept;

  ThreadState& state_;
  codec::NativeJsonReader json_;
  codec::CsvReader csv_;
  std::vector<std::unique_ptr<Call>> calls_;
  Call* free_ = nullptr;
};

}  // namespace pelton::api
