// tests/unit/jsonrpc/message.cpp - what is a request, a notification or a response, and what is none of them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/jsonrpc/write.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace jsonrpc_message {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

/** What a message is, in a word; of one that is refused its id, or a dash where none could be read. */
std::string kind(std::string const& members) {
  auto const json = boost::json::parse("{" + members + "}");
  auto const read = read_message(json);
  if (auto const* no = std::get_if<rpc_rejection>(&read)) return "refused " + (no->id ? no->id->json() : "-");
  switch (std::get<rpc_message>(read).what) {
    case rpc_message::kind::request: return "request";
    case rpc_message::kind::notification: return "notification";
    case rpc_message::kind::response: return "response";
  }
  return {};
}
std::string const v = R"("jsonrpc":"2.0")";

/** The id of a response as we know it. */
std::string echoed(std::string const& id) {
  auto const read = request_id::echoed(boost::json::parse(id));
  return read ? read->json() : "none";
}

}  // namespace
}  // namespace jsonrpc_message

BOOST_AUTO_TEST_SUITE(jsonrpc_message)

BOOST_AUTO_TEST_CASE(members_decide_what_a_message_is) {
  BOOST_TEST(kind(v + R"(,"id":1,"method":"m")") == "request");
  BOOST_TEST(kind(v + R"(,"id":"","method":"m","params":{})") == "request");
  BOOST_TEST(kind(v + R"(,"method":"m")") == "notification");
  BOOST_TEST(kind(v + R"(,"id":1,"result":{})") == "response");
  BOOST_TEST(kind(v + R"(,"error":{})") == "response");
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_of_another_type_is_refused) {
  BOOST_TEST(kind("") == "refused -");
  BOOST_TEST(kind(R"("id":7,"method":"m")") == "refused 7");
  BOOST_TEST(kind(R"("jsonrpc":"2.1","id":7,"method":"m")") == "refused 7");
  BOOST_TEST(kind(R"("jsonrpc":2.0,"id":7,"method":"m")") == "refused 7");
  BOOST_TEST(kind(v + R"(,"id":7)") == "refused 7");
  BOOST_TEST(kind(v + R"(,"id":7,"method":"")") == "refused 7");
  BOOST_TEST(kind(v + R"(,"id":7,"method":1)") == "refused 7");
  for (std::string const id : {"null", "1.5", "true", "[]", "{}"})
    BOOST_TEST(kind(v + ",\"id\":" + id + R"(,"method":"m")") == "refused -", id);
  for (std::string const params : {"7", "\"\"", "[1]", "true"})
    BOOST_TEST(kind(v + R"(,"id":7,"method":"m","params":)" + params) == "refused 7", params);
}

BOOST_AUTO_TEST_CASE(a_message_is_not_both_a_request_and_a_response) {
  BOOST_TEST(kind(v + R"(,"id":7,"method":"m","result":{})") == "refused 7");
  BOOST_TEST(kind(v + R"(,"id":7,"method":"m","error":{})") == "refused 7");
}

BOOST_AUTO_TEST_CASE(members_that_are_null_are_absent) {
  BOOST_TEST(kind(v + R"(,"id":1,"method":"m","params":null,"result":null,"error":null)") == "request");
  BOOST_TEST(kind(v + R"(,"id":1,"method":null,"result":{},"error":null)") == "response");
  BOOST_TEST(kind(v + R"(,"id":1,"method":null)") == "refused 1");
  // of a response that has nothing else, a null is the result
  BOOST_TEST(kind(v + R"(,"id":1,"result":null)") == "response");
}

BOOST_AUTO_TEST_CASE(no_parameters_by_position_are_no_parameters) {
  auto const json = boost::json::parse("{" + v + R"(,"id":1,"method":"m","params":[]})");
  BOOST_TEST(!std::get<rpc_message>(read_message(json)).params);
}

BOOST_AUTO_TEST_CASE(a_name_that_another_parser_would_take_for_one_of_ours_is_refused) {
  for (std::string const name :
       {"Method", "METHOD", "method\\u0000", "ID", "id\\u0000x", "JsonRpc", "Params"})
    BOOST_TEST(kind(v + R"(,"id":7,"method":"m",")" + name + R"(":1)") == "refused 7", name);
  for (std::string const name : {"methods", "", "i", "meta", "_id"})
    BOOST_TEST(kind(v + R"(,"id":7,"method":"m",")" + name + R"(":1)") == "request", name);
}

BOOST_AUTO_TEST_CASE(an_id_of_ours_comes_back_as_a_number_however_it_is_written) {
  BOOST_TEST(echoed("7") == "7");
  BOOST_TEST(echoed("\"7\"") == "7");
  BOOST_TEST(echoed("7.0") == "7");
  BOOST_TEST(echoed("9007199254740992.0") == "9007199254740992");
  BOOST_TEST(echoed("9007199254740994.0") == "none");
  BOOST_TEST(echoed("7.5") == "none");
  BOOST_TEST(echoed("-1.0") == "none");
  BOOST_TEST(echoed("\"123456789012345678\"") == "123456789012345678");
  BOOST_TEST(echoed("\"1234567890123456789\"") == "\"1234567890123456789\"");
  BOOST_TEST(echoed("\"\"") == "\"\"");
  BOOST_TEST(echoed("\"7x\"") == "\"7x\"");
}

BOOST_AUTO_TEST_CASE(an_error_without_an_id_has_no_such_member) {
  rpc_error const fault(rpc_code::parse_error, "\"no\"");
  BOOST_TEST(write_error({}, fault) == R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"\"no\""}})");
  auto const id = request_id::from(boost::json::value("a\"b"));
  BOOST_TEST(write_error(id, {rpc_code::invalid_params, "", "[1]"}) ==
             R"({"jsonrpc":"2.0","id":"a\"b","error":{"code":-32602,"message":"","data":[1]}})");
}

BOOST_AUTO_TEST_SUITE_END()
