// tests/unit/http/media_type.cpp - reading Content-Type
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/media_type.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(http_media_type)

using mcpawl::http::is_json;

BOOST_AUTO_TEST_CASE(json_is_recognised_with_parameters_and_in_any_case) {
  for (auto type :
       {"application/json", "APPLICATION/Json", "application/json; charset=utf-8", "application/json ;x=y"})
    BOOST_TEST(is_json(type), type);
  for (auto type : {"", "text/json", "application/json-rpc", "application/jsonx", "application/ json",
                    "xapplication/json"})
    BOOST_TEST(!is_json(type), type);
}

BOOST_AUTO_TEST_SUITE_END()
