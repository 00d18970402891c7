// mcpawl/http/peer_certificate.hpp - reads the verified certificate of a TLS client
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/http/client_certificate.hpp>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

inline std::string name_text(X509_NAME const* name) {
  mcpawl::detail::openssl_handle<BIO, &BIO_free> const out(::BIO_new(::BIO_s_mem()));
  if (!out || ::X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
    return {};
  char* data = nullptr;
  long const size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

inline std::string hex_text(unsigned char const* bytes, std::size_t size) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i != size; ++i) {
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

inline unix_seconds seconds_of(ASN1_TIME const* time) {
  std::tm parts{};
  return ::ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<unix_seconds>(::timegm(&parts)) : 0;
}

inline std::string alternative_name(GENERAL_NAME const* name) {
  int kind = 0;
  void const* const value = ::GENERAL_NAME_get0_value(name, &kind);
  auto const* const text = static_cast<ASN1_STRING const*>(value);
  auto const labelled = [&](std::string label) {
    auto const* const data = reinterpret_cast<char const*>(::ASN1_STRING_get0_data(text));
    std::string_view const all(data, static_cast<std::size_t>(::ASN1_STRING_length(text)));
    // a NUL would end the name for whoever compares C strings
    return all.find('\0') == std::string_view::npos ? label.append(all) : std::string();
  };
  switch (kind) {
    case GEN_DNS: return labelled("DNS:");
    case GEN_URI: return labelled("URI:");
    case GEN_EMAIL: return labelled("email:");
    case GEN_IPADD: {
      unsigned char const* const raw = ::ASN1_STRING_get0_data(text);
      if (::ASN1_STRING_length(text) == 4) {
        boost::asio::ip::address_v4::bytes_type v4;
        std::copy_n(raw, 4, v4.begin());
        return "IP:" + boost::asio::ip::address_v4(v4).to_string();
      }
      if (::ASN1_STRING_length(text) != 16) return {};
      boost::asio::ip::address_v6::bytes_type v6;
      std::copy_n(raw, 16, v6.begin());
      return "IP:" + boost::asio::ip::address_v6(v6).to_string();
    }
    default: return {};
  }
}

inline void release_names(GENERAL_NAMES* names) noexcept { ::GENERAL_NAMES_free(names); }

/** What the certificate of the peer says, which the handshake has verified; null if it showed none. */
inline std::shared_ptr<client_certificate const> peer_certificate(SSL* ssl) {
  mcpawl::detail::openssl_error_scope const scope;
  mcpawl::detail::openssl_handle<X509, &X509_free> const shown(::SSL_get1_peer_certificate(ssl));
  if (!shown || ::SSL_get_verify_result(ssl) != X509_V_OK) return nullptr;
  X509* const x = shown.get();
  auto made = std::make_shared<client_certificate>();
  made->subject = name_text(::X509_get_subject_name(x));
  made->issuer = name_text(::X509_get_issuer_name(x));
  made->not_before = seconds_of(::X509_get0_notBefore(x));
  made->not_after = seconds_of(::X509_get0_notAfter(x));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::X509_digest(x, ::EVP_sha256(), digest.data(), &size) == 1)
    made->certificate_sha256 = hex_text(digest.data(), size);
  // of the whole SubjectPublicKeyInfo: the same bits may be a key of another kind
  unsigned char* der = nullptr;
  int const length = ::i2d_X509_PUBKEY(::X509_get_X509_PUBKEY(x), &der);
  if (length > 0 &&
      ::EVP_Digest(der, static_cast<std::size_t>(length), digest.data(), &size, ::EVP_sha256(), nullptr) == 1)
    made->public_key_sha256 = hex_text(digest.data(), size);
  ::OPENSSL_free(der);
  auto* const raw =
      static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(x, NID_subject_alt_name, nullptr, nullptr));
  mcpawl::detail::openssl_handle<GENERAL_NAMES, &release_names> const names(raw);
  for (int i = 0; names && i < sk_GENERAL_NAME_num(raw); ++i) {
    std::string text = alternative_name(sk_GENERAL_NAME_value(raw, i));
    if (!text.empty()) made->names.push_back(std::move(text));
  }
  // without its digests a certificate names nobody
  if (made->certificate_sha256.empty() || made->public_key_sha256.empty()) return nullptr;
  return made;
}

}  // namespace mcpawl::http::detail
