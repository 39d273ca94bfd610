#include "app/identity.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace pelton::app {

namespace {

using tls::ClientCertificates;
using tls::Fault;

FileError error_at(const Settings& settings, std::string_view key, const std::string& message) {
  const auto word = settings.words.find("tls." + std::string(key));
  FileError error{0, 0, "[tls] " + std::string(key) + ": " + message};
  if (word != settings.words.end()) {
    error.line = word->second.place.line;
    error.column = word->second.place.column;
  }
  return error;
}

std::string_view key_of(Fault::Part part) {
  switch (part) {
    case Fault::Part::certificate: return "certificate";
    case Fault::Part::key: return "key";
    case Fault::Part::client_ca: return "client_ca";
  }
  return {};
}

}  // namespace

core::Result<std::shared_ptr<const tls::ServerContext>, FileError> load_identity(const Settings& settings,
                                                                                 const core::Clock& clock) {
  const tls::ServerIdentity& identity = settings.tls;
  const bool asks = identity.client_certificates != ClientCertificates::none;
  if (identity.certificate.empty()) {
    if (const auto listen = settings.words.find("listen.tls"); listen != settings.words.end()) {
      const FilePlace& place = listen->second.place;
      return FileError{place.line, place.column, "tls: [tls] names no certificate"};
    }
    if (!identity.key.empty()) return error_at(settings, "key", "given without a certificate");
    if (asks) return error_at(settings, "client_certificates", "given without a certificate of our own");
    return std::shared_ptr<const tls::ServerContext>();
  }
  if (identity.key.empty()) return error_at(settings, "certificate", "given without its key");
  if (asks && identity.client_ca.empty()) {
    return error_at(settings, "client_certificates", "client_ca must say whose certificates are believed");
  }
  if (!asks && !identity.client_ca.empty()) {
    return error_at(settings, "client_ca", "given, but client_certificates is none");
  }
  auto loaded = tls::ServerContext::load(identity, clock);
  if (!loaded) return error_at(settings, key_of(loaded.error().part), loaded.error().error.message());
  return *std::move(loaded);
}

std::string told(const FileError& error, const std::string& file) {
  if (error.line == 0) return error.message;
  return file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " + error.message;
}

}  // namespace pelton::app
