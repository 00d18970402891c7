// tests/unit/crypto/digest.cpp - SHA-2 digests
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/digest.hpp>

#include <array>
#include <span>
#include <string>

BOOST_AUTO_TEST_SUITE(crypto_digest)

using namespace mcpawl;
using namespace mcpawl::detail;

namespace {

std::string hex(std::span<unsigned char const> bytes) {
  std::string text;
  for (unsigned char c : bytes) {
    text += "0123456789abcdef"[c >> 4];
    text += "0123456789abcdef"[c & 15];
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(fips_180_4_examples) {
  BOOST_TEST(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::array<unsigned char, 64> out;
  BOOST_TEST(digest_context{digest_kind::sha384}.compute("abc", out));
  BOOST_TEST(hex(std::span{out}.first(48)) ==
             "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
             "8086072ba1e7cc2358baeca134c825a7");
  BOOST_TEST(digest_context{digest_kind::sha512}.compute("abc", out));
  BOOST_TEST(hex(out) ==
             "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

BOOST_AUTO_TEST_CASE(a_context_gives_the_same_again_and_again) {
  sha256_context context;
  sha256_digest const first = context("one");
  sha256_digest const second = context("two");
  BOOST_TEST((first != second));
  BOOST_TEST((context("one") == first));
  BOOST_TEST((context("two") == second));
  BOOST_TEST((sha256("one") == first));
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_too_small_is_refused) {
  std::array<unsigned char, 31> out;
  BOOST_TEST(!digest_context{digest_kind::sha256}.compute("abc", out));
}

BOOST_AUTO_TEST_SUITE_END()
