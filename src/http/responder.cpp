#include "http/responder.hpp"

#include "http/connection.hpp"

namespace pelton::http {

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    Responder old(std::move(*this));
    connection_ = std::exchange(other.connection_, nullptr);
    sequence_ = other.sequence_;
  }
  return *this;
}

Responder::~Responder() {
  if (connection_ == nullptr) return;
  connection_->answer_failure(sequence_);
  connection_->release();
}

bool Responder::wanted() const noexcept { return connection_ != nullptr && connection_->is_open(); }

bool Responder::hung_up() const noexcept { return connection_ != nullptr && connection_->hung_up(); }

core::TextBuffer& Responder::begin(const ReplyHead& head) { return connection_->begin(sequence_, head); }

void Responder::finish() {
  Connection* const connection = std::exchange(connection_, nullptr);
  connection->finish();
  connection->release();
}

void Responder::take_back() noexcept { connection_->take_back(sequence_); }

void Responder::reply(const ReplyHead& head, std::string_view body) {
  core::TextBuffer& to = begin(head);
  if (!body.empty()) to.append(body);
  finish();
}

void Responder::begin_stream(const ReplyHead& head) { connection_->begin_stream(sequence_, head); }

core::TextBuffer& Responder::begin_piece() { return connection_->begin_piece(); }

void Responder::end_piece() { connection_->end_piece(); }

void Responder::finish_stream(bool whole) {
  Connection* const connection = std::exchange(connection_, nullptr);
  connection->finish_stream(whole);
  connection->release();
}

void Responder::read_on() { connection_->read_on(); }

}  // namespace pelton::http
