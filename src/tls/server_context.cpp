#include "tls/server_context.hpp"

#include <new>
#include <string_view>
#include <utility>

#include "tls/common_context.hpp"
#include "tls/files.hpp"
#include "tls/handles.hpp"
#include "tls/ticket_keys.hpp"

namespace pelton::tls {

namespace {

using core::ErrorCode;
using core::Result;

constexpr std::string_view kHttp11 = "http/1.1";

/// RFC 7301: a server that speaks none of the client's protocols says so and ends the handshake.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
    const unsigned length = offered[at];
    if (length > offered_size - at - 1) break;
    const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), length);
    if (name != kHttp11) continue;
    *chosen = offered + at + 1;
    *size = static_cast<unsigned char>(length);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string text_of(BIO& bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(&bio, &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

template <class Print>
std::string printed(Print print) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  if (!bio) throw std::bad_alloc();
  print(bio.get());
  return text_of(*bio);
}

Result<void> ask_for_certificates(SSL_CTX& context, const ServerIdentity& identity) {
  if (identity.client_certificates == ClientCertificates::none) return {};
  if (identity.client_ca.empty()) {
    return core::Error(ErrorCode::invalid_argument, "client certificates are asked for, so client_ca is needed");
  }
  if (auto trusted = trust_authorities(context, identity.client_ca); !trusted) return trusted;
  const bool required = identity.client_certificates == ClientCertificates::required;
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return {};
}

}  // namespace

ServerContext::ServerContext(ssl_ctx_st* context) : context_(context) {
  X509* const own = SSL_CTX_get0_certificate(context_);
  subject_ = printed([&](BIO* bio) { X509_NAME_print_ex(bio, X509_get_subject_name(own), 0, XN_FLAG_RFC2253); });
  valid_until_ = printed([&](BIO* bio) { ASN1_TIME_print(bio, X509_get0_notAfter(own)); });
}

ServerContext::~ServerContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const ServerContext>, Fault> ServerContext::load(const ServerIdentity& identity,
                                                                        const core::Clock& clock) {
  ContextHandle context = make_context(Role::server, identity.minimum);
  if (auto used = use_certificate(*context, identity.certificate); !used) {
    return Fault{Fault::Part::certificate, used.error()};
  }
  if (auto used = use_key(*context, identity.key); !used) return Fault{Fault::Part::key, used.error()};
  if (auto asked = ask_for_certificates(*context, identity); !asked) {
    return Fault{Fault::Part::client_ca, asked.error()};
  }
  // Which key share a client sends costs the server: x25519 and P-256 are the cheap ones.
  SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:P-384");
  SSL_CTX_set_alpn_select_cb(context.get(), &choose_protocol, nullptr);
  TicketKeys::rotate_in(*context, clock);
  std::unique_ptr<ServerContext> loaded(new ServerContext(context.get()));
  (void)context.release();
  return std::shared_ptr<const ServerContext>(std::move(loaded));
}

std::unique_ptr<Session> ServerContext::open(int socket) const {
  return std::make_unique<Session>(*context_, Role::server, socket);
}

bool ServerContext::out_of_date() const noexcept {
  const X509* const own = SSL_CTX_get0_certificate(context_);
  return X509_cmp_current_time(X509_get0_notBefore(own)) > 0 || X509_cmp_current_time(X509_get0_notAfter(own)) < 0;
}

}  // namespace pelton::tls
