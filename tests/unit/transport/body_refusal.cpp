// tests/unit/transport/body_refusal.cpp - the status for each error of a body
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/body_refusal.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(transport_body_refusal)

using mcpawl::detail::refusal_of_body;
using mcpawl::http::http_errc;

BOOST_AUTO_TEST_CASE(each_error_has_its_status) {
  auto const status = [](http_errc e) {
    auto const why = refusal_of_body(make_error_code(e));
    return why ? why->status : 0;
  };
  BOOST_TEST(status(http_errc::body_too_large) == 413);
  BOOST_TEST(status(http_errc::body_encoded) == 415);
  BOOST_TEST(status(http_errc::body_timed_out) == 408);
  BOOST_TEST(status(http_errc::bad_chunk) == 400);
  // nobody is there
  BOOST_TEST(status(http_errc::peer_gone) == 0);
  BOOST_TEST(refusal_of_body(make_error_code(http_errc::body_encoded))->value == "identity");
}

BOOST_AUTO_TEST_SUITE_END()
