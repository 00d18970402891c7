// tests/unit/crypto/pkcs1_block.cpp - the encoded message against the one OpenSSL makes
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/pkcs1_block.hpp>

#include "../jose/signing.hpp"

BOOST_AUTO_TEST_SUITE(crypto_pkcs1_block)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;

namespace {

/** What is inside a signature. */
bytes opened(signing_key const& key, bytes const& signature) {
  mcpawl::detail::pkey_ctx_handle const ctx{EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr)};
  bytes out(signature.size());
  std::size_t size = out.size();
  if (EVP_PKEY_verify_recover_init(ctx.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(ctx.get(), RSA_NO_PADDING) != 1 ||
      EVP_PKEY_verify_recover(ctx.get(), out.data(), &size, signature.data(), signature.size()) != 1) {
    std::abort();
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_block_is_what_openssl_signs) {
  for (unsigned bits : {2048u, 3072u, 4096u}) {
    signing_key const& key = signing_key::named(("pkcs1 " + std::to_string(bits)).c_str(), bits);
    for (auto a : {jose::algorithm::rs256, jose::algorithm::rs384, jose::algorithm::rs512}) {
      digest_kind const kind = jose::scheme_of(a).digest;
      detail::pkcs1_block block{kind, bits / 8};
      for (std::string_view message : {"message", ""}) {
        BOOST_TEST_REQUIRE(block.digest().size() == digest_size(kind));
        BOOST_TEST(digest_context{kind}.compute(message, block.digest()));
        auto const made = block.bytes();
        BOOST_TEST((bytes(made.begin(), made.end()) == opened(key, key.sign(message, a))));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_digest_ends_the_block) {
  detail::pkcs1_block block{digest_kind::sha256, 256};
  std::fill(block.digest().begin(), block.digest().end(), static_cast<unsigned char>(0xab));
  auto const made = block.bytes();
  BOOST_TEST_REQUIRE(made.size() == 256u);
  bytes expected{0x00, 0x01};
  expected.insert(expected.end(), 202, 0xff);
  // RFC 8017 section 9.2, note 1
  for (int byte : {0x00, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
                   0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}) {
    expected.push_back(static_cast<unsigned char>(byte));
  }
  expected.insert(expected.end(), 32, 0xab);
  BOOST_TEST((bytes(made.begin(), made.end()) == expected));
}

BOOST_AUTO_TEST_SUITE_END()
