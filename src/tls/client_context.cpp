#include "tls/client_context.hpp"

#include <new>

#include "tls/common_context.hpp"
#include "tls/files.hpp"

namespace pelton::tls {

core::Result<std::shared_ptr<const ClientContext>> ClientContext::make(const Trust& trust) {
  ContextHandle context = make_context(Role::client, Version::tls12);
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  if (SSL_CTX_set_alpn_protos(context.get(), kHttp11, sizeof kHttp11) != 0) throw std::bad_alloc();
  if (!trust.anybody) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (trust.ca_file.empty()) {
      SSL_CTX_set_default_verify_paths(context.get());
    } else if (auto trusted = trust_authorities(*context, trust.ca_file); !trusted) {
      return trusted.error();
    }
  }
  std::unique_ptr<ClientContext> made(new ClientContext(context.get()));
  (void)context.release();
  return std::shared_ptr<const ClientContext>(std::move(made));
}

ClientContext::~ClientContext() { SSL_CTX_free(context_); }

std::unique_ptr<Session> ClientContext::open(int socket, const std::string& server_name) const {
  return std::make_unique<Session>(*context_, Role::client, socket, server_name);
}

}  // namespace pelton::tls
