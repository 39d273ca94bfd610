#include "tls/files.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <utility>
#include <vector>

namespace pelton::tls {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kLargestFile = 4 * 1024 * 1024;  // Debian's file of all public authorities has 220 KiB

Error refused(const std::string& file, const std::string& what) {
  return {ErrorCode::invalid_argument, file + ": " + what};
}

/// The bytes of a regular file; a pipe or a device would keep us for as long as it likes.
Result<std::string> read_file(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return core::errno_error(file, errno);
  std::string bytes;
  struct stat status {};
  Result<std::string> outcome = core::errno_error(file, EIO);
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    outcome = refused(file, "not a regular file");
  } else if (static_cast<std::size_t>(status.st_size) > kLargestFile) {
    outcome = Error(ErrorCode::too_large, file + ": larger than 4 MiB");
  } else {
    bytes.resize(static_cast<std::size_t>(status.st_size));
    std::size_t got = 0;
    ssize_t n = 0;
    while (got < bytes.size() && (n = ::read(fd, bytes.data() + got, bytes.size() - got)) > 0) {
      got += static_cast<std::size_t>(n);
    }
    bytes.resize(got);
    outcome = n < 0 ? Result<std::string>(core::errno_error(file, errno)) : Result<std::string>(std::move(bytes));
  }
  ::close(fd);
  return outcome;
}

/// `bytes` as OpenSSL reads them; they must outlive it.
BioHandle reading(const std::string& bytes) {
  BioHandle bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  if (!bio) throw std::bad_alloc();
  ERR_clear_error();
  return bio;
}

/// Never asks the terminal for a pass phrase; remembers that one was wanted.
int no_pass_phrase(char*, int, int, void* wanted) {
  *static_cast<bool*>(wanted) = true;
  return -1;
}

/// All certificates of a PEM file, in its order; at least one.
Result<std::vector<CertificateHandle>> read_certificates(const std::string& file) {
  const auto bytes = read_file(file);
  if (!bytes) return bytes.error();
  const BioHandle bio = reading(*bytes);
  std::vector<CertificateHandle> certificates;
  bool encrypted = false;
  while (X509* const next = PEM_read_bio_X509_AUX(bio.get(), nullptr, &no_pass_phrase, &encrypted)) {
    certificates.emplace_back(next);
  }
  // The end of the file is told as a missing "-----BEGIN".
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return refused(file, last_reason());
  if (certificates.empty()) return refused(file, "no certificate in PEM form (\"-----BEGIN CERTIFICATE-----\")");
  ERR_clear_error();
  return certificates;
}

}  // namespace

std::string last_reason() {
  const unsigned long error = ERR_peek_last_error();
  const char* const reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : "TLS error " + std::to_string(error);
}

Result<void> use_certificate(SSL_CTX& context, const std::string& file) {
  auto chain = read_certificates(file);
  if (!chain) return chain.error();
  if (SSL_CTX_use_certificate(&context, chain->front().get()) != 1) return refused(file, last_reason());
  for (std::size_t i = 1; i < chain->size(); ++i) {
    if (SSL_CTX_add0_chain_cert(&context, (*chain)[i].get()) != 1) return refused(file, last_reason());
    (void)(*chain)[i].release();  // the context's own now
  }
  return {};
}

Result<void> use_key(SSL_CTX& context, const std::string& file) {
  const auto bytes = read_file(file);
  if (!bytes) return bytes.error();
  const BioHandle bio = reading(*bytes);
  bool encrypted = false;
  const KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_pass_phrase, &encrypted));
  if (encrypted) return refused(file, "the key is encrypted; one without a pass phrase is needed");
  if (!key) return refused(file, "no private key in PEM form (\"-----BEGIN PRIVATE KEY-----\")");
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 || SSL_CTX_check_private_key(&context) != 1) {
    return refused(file, "does not belong to the certificate: " + last_reason());
  }
  return {};
}

Result<void> trust_authorities(SSL_CTX& context, const std::string& file) {
  auto authorities = read_certificates(file);
  if (!authorities) return authorities.error();
  X509_STORE* const trusted = SSL_CTX_get_cert_store(&context);
  for (const CertificateHandle& authority : *authorities) {
    if (X509_STORE_add_cert(trusted, authority.get()) != 1 || SSL_CTX_add_client_CA(&context, authority.get()) != 1) {
      return refused(file, last_reason());
    }
  }
  return {};
}

}  // namespace pelton::tls
