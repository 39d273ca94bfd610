#pragma once

#include <memory>
#include <vector>

#include "api/native_request.hpp"
#include "api/thread_state.hpp"
#include "http/body_sink.hpp"
#include "http/router.hpp"

namespace pelton::api {

/// `POST /predict…` for rows that come as a stream: they are answered while the body is still being read,
/// in memory that does not depend on their number.
///
/// A stream is what asks to be one (`stream=true`), and NDJSON in chunks that no proxy has handed on, unless
/// `stream=false`. Who has not asked may send all before reading any answer: then the answers to as many rows as a
/// whole body may have wait for it, and beyond them as many bytes as a body may have.
///
/// A stream's rows enter the batches in slices, the next one when the last is answered: so streams and small requests
/// take turns. All of a stream is answered by the version that it began with. What is wrong with the first slice
/// is answered as for a whole body; later the status has gone already, and the problem is the answer's last
/// word: a line `{"error":…}` of NDJSON, a member beside `result` of JSON; CSV has no place for it and
/// breaks off. Loop thread only.
class NativeStreams {
 public:
  explicit NativeStreams(ThreadState& state);
  ~NativeStreams();

  /// Whether such a request's body is rows that can be taken piece by piece.
  static bool wants(const http::RequestView& head);
  /// Takes the request; null if it was refused at once.
  http::BodySink* open(const http::RequestView& head, http::Responder responder, const http::RouteMatch& match);

 private:
  class Stream;
  struct Opening;

  bool find_model(const http::RequestView& head, const http::RouteMatch& match, Opening& opening,
                  codec::Problem& problem);
  void dispose(Stream& stream) noexcept;

  ThreadState& state_;
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace pelton::api
