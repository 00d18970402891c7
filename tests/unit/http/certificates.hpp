// tests/unit/http/certificates.hpp - certificate authorities and server certificates made on the spot
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

namespace http_test {

struct key_freer {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
struct certificate_freer {
  void operator()(X509* certificate) const { ::X509_free(certificate); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, key_freer>;
using certificate_ptr = std::unique_ptr<X509, certificate_freer>;

/** A certificate with its key. */
struct certified {
  key_ptr key;
  certificate_ptr certificate;

  std::string pem() const {
    return text([this](BIO* out) { ::PEM_write_bio_X509(out, certificate.get()); });
  }
  std::string key_pem() const {
    return text([this](BIO* out) {
      ::PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

private:
  template <class F>
  static std::string text(F write) {
    std::unique_ptr<BIO, int (*)(BIO*)> const out(::BIO_new(::BIO_s_mem()), &::BIO_free);
    write(out.get());
    char* data = nullptr;
    long const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }
};

/** What differs from a good certificate. */
struct certificate_plan {
  std::string names = "DNS:localhost,IP:127.0.0.1";
  long begins = -3600;  // seconds from now
  long ends = 3600;
  bool authority = false;
};

inline certified make_certificate(std::string const& common_name, certificate_plan const& plan,
                                  certified const* issuer = nullptr) {
  certified made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate.reset(::X509_new());
  X509* const x = made.certificate.get();
  static std::atomic<long> serial{1};
  ::X509_set_version(x, 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(x), serial++);
  ::X509_gmtime_adj(X509_getm_notBefore(x), plan.begins);
  ::X509_gmtime_adj(X509_getm_notAfter(x), plan.ends);
  ::X509_set_pubkey(x, made.key.get());
  std::unique_ptr<X509_NAME, void (*)(X509_NAME*)> const name(::X509_NAME_new(), &::X509_NAME_free);
  ::X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>(common_name.c_str()), -1, -1, 0);
  ::X509_set_subject_name(x, name.get());
  X509* const by = issuer ? issuer->certificate.get() : x;
  ::X509_set_issuer_name(x, ::X509_get_subject_name(by));
  auto const extend = [&](int what, std::string const& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, by, x, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = ::X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    if (extension == nullptr) throw std::runtime_error("extension");
    ::X509_add_ext(x, extension, -1);
    ::X509_EXTENSION_free(extension);
  };
  extend(NID_basic_constraints, plan.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!plan.authority) extend(NID_subject_alt_name, plan.names);
  if (::X509_sign(x, issuer ? issuer->key.get() : made.key.get(), ::EVP_sha256()) == 0)
    throw std::runtime_error("sign");
  return made;
}

inline certified make_authority(std::string const& name) {
  certificate_plan plan;
  plan.authority = true;
  return make_certificate(name, plan);
}

}  // namespace http_test
