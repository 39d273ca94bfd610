#pragma once

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace pelton::tls {

/// Frees what OpenSSL made.
template <auto free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

using ContextHandle = std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>>;
using CertificateHandle = std::unique_ptr<X509, FreedBy<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, FreedBy<BIO_free>>;

}  // namespace pelton::tls
