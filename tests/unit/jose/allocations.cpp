// tests/unit/jose/allocations.cpp - no refusal allocates, and a success allocates nothing of ours
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/verifier.hpp>

#include "access.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

// This is the one file of the test program that replaces the global operator new.
namespace {
thread_local std::size_t news = 0;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++news;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

using namespace mcpawl;
using namespace mcpawl::jose_tests;

namespace {

std::size_t news_of(jose::verifier& verifier, std::string const& token, unix_seconds at, bool expected) {
  std::size_t const before = news;
  bool const accepted = verifier.verify(token, at).has_value();
  std::size_t const after = news;
  BOOST_TEST(accepted == expected);
  return after - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jose_allocations)

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  std::size_t const before = news;
  auto const p = std::make_unique<int>(1);
  BOOST_TEST(news == before + 1);
  BOOST_TEST(*p == 1);
}

BOOST_AUTO_TEST_CASE(a_success_allocates_nothing_outside_of_openssl) {
  access_setup a;
  std::string const token = a.good();
  for (int i = 0; i != 5; ++i) BOOST_TEST(news_of(a.verifier, token, now, true) == 0u);
}

BOOST_AUTO_TEST_CASE(no_refusal_allocates) {
  access_setup a;
  std::string const good = a.good();
  std::string const head = std::string{"{"} + header_members();
  std::string const signature = good.substr(good.rfind('.'));
  auto const with_head = [&](std::string const& h) {
    return base64url(h) + '.' + base64url("{}") + signature;
  };
  std::string escaped = head + R"(,"x":")";
  for (int i = 0; i != 100; ++i) escaped += "\\u00e9";
  std::vector<std::string> const tokens = {
      "",
      "garbage",
      std::string(900, 'x'),
      std::string(100000, 'x'),
      "a.b.c",
      "a.b.c.d.e",
      with_head("not json"),
      with_head(std::string(1000, '[')),
      with_head(object(header_members("none"))),
      with_head(object(header_members("HS256"))),
      with_head(object(header_members("ES256"))),
      with_head(object(header_members("RS256", "unknown"))),
      with_head(head + R"(,"crit":["x"]})"),
      with_head(head + R"(,"alg":"RS256"})"),
      with_head(escaped + "\"}"),
      with_head(head + "}"),
      good.substr(0, good.size() - 4),
      good + "AAAA",
      a.token(head + "}", "not json"),
      a.token(head + "}", claims_with(R"(,"exp":1)")),
      a.token(head + "}", R"({"iss":"x"})"),
      a.token(head + "}", claims_with(",\"x\":" + std::string(100, '['))),
  };
  for (std::string const& token : tokens) {
    for (int i = 0; i != 2; ++i) {
      BOOST_TEST_CONTEXT(token.substr(0, 60)) { BOOST_TEST(news_of(a.verifier, token, now, false) == 0u); }
    }
  }
  BOOST_TEST(news_of(a.verifier, good, now + 100000, false) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
