#include "tls/common_context.hpp"

#include <new>

namespace pelton::tls {

ContextHandle make_context(Role role, Version minimum) {
  ContextHandle context(SSL_CTX_new(role == Role::server ? TLS_server_method() : TLS_client_method()));
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_security_level(context.get(), 2);  // 112 bits: RSA from 2048, no SHA-1 signatures
  SSL_CTX_set_min_proto_version(context.get(), minimum == Version::tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // For TLS 1.2; those of 1.3 are all of this kind.
  SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_PRIORITIZE_CHACHA);
  // Requests say how long they are, so one that was cut off is seen without TLS; and many clients leave
  // without a word. Answers may end with the connection, so a client must know whether that was meant.
  if (role == Role::server) SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections keep no buffers of 16 KiB each way.
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

}  // namespace pelton::tls
