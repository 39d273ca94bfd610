#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

namespace pelton::test {

/// A certificate and its key, made up for a test.
struct TestIdentity {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;

  std::string certificate_pem() const {
    return pem([this](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  }
  std::string key_pem() const {
    return pem(
        [this](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }
  std::string encrypted_key_pem() const {
    return pem([this](BIO* bio) {
      return PEM_write_bio_PrivateKey(bio, key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr,
                                      const_cast<char*>("secret"));
    });
  }

 private:
  template <class Write>
  static std::string pem(Write write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    if (write(bio.get()) != 1) throw std::runtime_error("PEM cannot be written");
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }
};

/// What a made-up certificate says.
struct TestCertificate {
  std::string name = "localhost";
  bool authority = false;
  long valid_for_s = 24 * 3600;  ///< negative: has run out
  int rsa_bits = 0;              ///< 0: an elliptic curve's key, made in no time
};

/// A certificate signed by `issuer`, or by itself. It is for DNS:name and IP:127.0.0.1.
inline TestIdentity make_identity(const TestCertificate& wanted, const TestIdentity* issuer = nullptr) {
  static int serial = 0;
  TestIdentity made;
  made.key.reset(wanted.rsa_bits != 0 ? EVP_RSA_gen(static_cast<unsigned>(wanted.rsa_bits)) : EVP_EC_gen("P-256"),
                 &EVP_PKEY_free);
  made.certificate.reset(X509_new(), &X509_free);
  X509* const x509 = made.certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), wanted.valid_for_s < 0 ? wanted.valid_for_s * 2 : -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), wanted.valid_for_s);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer != nullptr ? issuer->certificate.get() : x509));
  const auto extend = [&](int kind, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    if (extension == nullptr) throw std::runtime_error("no such extension");
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_basic_constraints, wanted.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!wanted.authority) extend(NID_subject_alt_name, "DNS:" + wanted.name + ",IP:127.0.0.1");
  EVP_PKEY* const signer = issuer != nullptr ? issuer->key.get() : made.key.get();
  if (X509_sign(x509, signer, EVP_sha256()) == 0) throw std::runtime_error("a certificate cannot be signed");
  return made;
}

/// Replaces a file the way certificate tools do: written beside it, then renamed.
inline void put_file(const std::filesystem::path& file, const std::string& bytes) {
  const std::filesystem::path fresh = file.string() + ".new";
  std::ofstream(fresh, std::ios::binary) << bytes;
  std::filesystem::rename(fresh, file);
}

}  // namespace pelton::test
