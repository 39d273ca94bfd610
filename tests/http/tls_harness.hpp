#pragma once

#include <memory>
#include <string>

#include "support/certificates.hpp"
#include "support/temporary_folder.hpp"
#include "tls/server_context.hpp"
#include "tls_client.hpp"

namespace pelton::http::test {

/// Certificates in a folder, and servers that show them.
class TlsFiles {
 public:
  explicit TlsFiles(const pelton::test::TestCertificate& certificate = {})
      : identity(pelton::test::make_identity(certificate)) {
    write(identity);
  }

  void write(const pelton::test::TestIdentity& shown) const {
    pelton::test::put_file(folder.path() / "certificate.pem", shown.certificate_pem());
    pelton::test::put_file(folder.path() / "key.pem", shown.key_pem());
  }
  tls::ServerIdentity names() const {
    return {.certificate = (folder.path() / "certificate.pem").string(),
            .key = (folder.path() / "key.pem").string(),
            .client_ca = {}};
  }
  std::shared_ptr<const tls::ServerContext> load(const tls::ServerIdentity& named,
                                                 const core::Clock& clock = core::SteadyClock::instance()) const {
    auto loaded = tls::ServerContext::load(named, clock);
    if (!loaded) throw std::runtime_error(loaded.error().error.message());
    return *loaded;
  }
  /// One thread, one TLS endpoint.
  ServerSettings settings() const { return settings(names()); }
  ServerSettings settings(const tls::ServerIdentity& named) const {
    ServerSettings settings = one_thread();
    settings.endpoints[0].tls = true;
    settings.tls = load(named);
    return settings;
  }

  pelton::test::TemporaryFolder folder;
  pelton::test::TestIdentity identity;
};

inline std::string get_request(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

inline std::string echo_request(std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

/// Text in which nothing can be lost or doubled unseen.
inline std::string counted_text(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ",";
  text.resize(size);
  return text;
}

}  // namespace pelton::http::test
