#include "tls/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <new>
#include <span>

namespace pelton::tls {

namespace {

bool random_bytes(std::span<unsigned char> bytes) noexcept {
  return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
}

bool use_mac(EVP_MAC_CTX* mac, std::span<unsigned char> key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

}  // namespace

int TicketKeys::owner_index() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* keys, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<TicketKeys*>(keys); });
  return index;
}

void TicketKeys::rotate_in(SSL_CTX& context, const core::Clock& clock) {
  std::unique_ptr<TicketKeys> keys(new TicketKeys(clock));
  if (SSL_CTX_set_ex_data(&context, owner_index(), keys.get()) != 1) throw std::bad_alloc();
  (void)keys.release();
  SSL_CTX_set_tlsext_ticket_key_evp_cb(&context, &TicketKeys::on_ticket);
  SSL_CTX_set_timeout(&context, std::chrono::duration_cast<std::chrono::seconds>(kLife).count());
  SSL_CTX_set_num_tickets(&context, 1);
  // Needed where clients' certificates are asked for: a session is resumed only by a server of its kind.
  static constexpr unsigned char kName[] = "pelton";
  SSL_CTX_set_session_id_context(&context, kName, sizeof kName - 1);
}

int TicketKeys::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                          int sealing) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), owner_index()));
  const std::lock_guard lock(keys.mutex_);
  if (!keys.rotate()) return -1;
  return sealing == 1 ? keys.seal(name, iv, cipher, mac) : keys.unseal(name, iv, cipher, mac);
}

/// A key older than its life becomes the previous one, one older than twice its life nothing.
bool TicketKeys::rotate() {
  const core::TimePoint now = clock_.now();
  if (any_ && now - made_ < kLife) return true;
  any_previous_ = any_ && now - made_ < 2 * kLife;
  OPENSSL_cleanse(&previous_, sizeof previous_);
  if (any_previous_) previous_ = current_;
  made_ = now;
  any_ = random_bytes(current_.name) && random_bytes(current_.cipher) && random_bytes(current_.mac);
  return any_;
}

int TicketKeys::seal(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  const EVP_CIPHER* const aes = EVP_aes_256_cbc();
  if (!random_bytes({iv, static_cast<std::size_t>(EVP_CIPHER_get_iv_length(aes))})) return -1;
  std::copy(current_.name.begin(), current_.name.end(), name);
  const bool ready =
      EVP_EncryptInit_ex(cipher, aes, nullptr, current_.cipher.data(), iv) == 1 && use_mac(mac, current_.mac);
  return ready ? 1 : -1;
}

/// OpenSSL's answers: 0 for a ticket that is not ours, 1 to take it, 2 to take it and give a new one.
int TicketKeys::unseal(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  const bool fresh = std::equal(current_.name.begin(), current_.name.end(), name);
  if (!fresh && !(any_previous_ && std::equal(previous_.name.begin(), previous_.name.end(), name))) return 0;
  Key& key = fresh ? current_ : previous_;
  const bool ready =
      EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) == 1 && use_mac(mac, key.mac);
  if (!ready) return -1;
  return fresh ? 1 : 2;
}

}  // namespace pelton::tls
