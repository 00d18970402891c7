// tests/wire/hostile.cpp - bytes that are meant to break a parser: each gets a clear error, over HTTP and
// stdio
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_hostile)

using namespace live;
using support::piped;

namespace {

/** What a message that cannot be taken is answered. */
struct hostile {
  std::string body;
  int code;
  std::string_view says;  ///< In the words of the error.
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i != times; ++i) out += text;
  return out;
}

std::string batch_of(std::string const& element, std::size_t count) {
  std::string out = "[" + element;
  for (std::size_t i = 1; i != count; ++i) out += "," + element;
  return out + "]";
}

/** A call whose argument is this JSON text. */
std::string with_argument(std::string_view json) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"plain","arguments":{"a":)" +
         std::string(json) + "}}}";
}

/** Sends each over HTTP, as a message of either kind of revision, and as a line of stdio. */
void refuse(std::vector<hostile> const& all) {
  site s;
  auto const session = s.open();
  piped client{s.srv};
  client.ask(initialize("2025-11-25"));
  for (auto const& each : all) {
    std::string const shown = each.body.substr(0, 60);
    for (auto const& with : {session, stateless_headers("tools/call", "plain")}) {
      auto const reply = s.post(each.body, with);
      BOOST_TEST(reply.status == 400, shown);
      BOOST_TEST(reply.field("content-type") == "application/json");
      BOOST_TEST(code_of(json_of(reply)) == each.code, shown);
      BOOST_TEST(reply.body.find(each.says) != std::string::npos, shown + " says " + reply.body);
      BOOST_TEST(reply.body.size() < 300U);
    }
    auto const answer = client.ask(each.body);
    BOOST_TEST(code_of(answer) == each.code, shown);
    BOOST_TEST(boost::json::serialize(answer).find(each.says) != std::string::npos, shown);
  }
  // and the server is as well as before
  BOOST_TEST(text_of(json_of(s.post(call("9", "plain"), session))) == "plain");
  BOOST_TEST(text_of(client.ask(call("9", "plain"))) == "plain");
}

}  // namespace

BOOST_AUTO_TEST_CASE(depth_bombs) {
  std::string const deep = repeated("[", 1'000'000), objects = repeated(R"({"a":)", 100'000);
  refuse({{deep, -32700, "nested too deeply"},
          {deep + repeated("]", 1'000'000), -32700, "nested too deeply"},
          {objects, -32700, "nested too deeply"},
          {repeated(R"([{"a":)", 100'000), -32700, "nested too deeply"},
          {with_argument(repeated("[", 65) + repeated("]", 65)), -32700, "nested too deeply"}});
}

BOOST_AUTO_TEST_CASE(batches_of_100_000_elements) {
  refuse({{batch_of("{}", 100'000), -32600, "more than 100 messages"},
          {batch_of("[]", 100'000), -32600, "more than 100 messages"},
          {batch_of("1", 100'000), -32600, "more than 100 messages"},
          {batch_of(R"({"method":"m"})", 100'000), -32600, "more than 100 messages"}});
}

BOOST_AUTO_TEST_CASE(duplicate_keys) {
  constexpr std::string_view says = "duplicate member name";
  refuse({{R"({"jsonrpc":"2.0","id":1,"id":1,"method":"ping"})", -32600, says},
          {R"({"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"})", -32600, says},
          {with_argument(R"({"b":1,"b":1})"), -32600, says},
          {with_argument(R"([[{"b":1,"c":2,"b":3}]])"), -32600, says},
          {with_argument(R"({"b":1,"\u0062":2})"), -32600, says},
          {with_argument(R"({"":1,"":2})"), -32600, says}});
}

// Names that collide in a table of Boost.JSON cost the square of their number, so their number is bounded.
BOOST_AUTO_TEST_CASE(objects_of_65_536_members) {
  auto const members = [](std::size_t count) {
    std::string out = "{";
    for (std::size_t i = 0; i != count; ++i) out += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
    return out + "}";
  };
  constexpr std::string_view says = "more members in one JSON object than are allowed";
  refuse({{members(65'536), -32600, says},
          {with_argument(members(257)), -32600, says},
          {with_argument("[[" + members(257) + "]]"), -32600, says},
          {"[" + members(257) + "]", -32600, says}});
  site s;
  auto const reply = s.post(with_argument(members(256)), s.open());
  BOOST_TEST(reply.status == 200);
}

BOOST_AUTO_TEST_CASE(lone_surrogates) {
  std::vector<hostile> all;
  for (std::string const text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\ud800")",
                                 R"("\udfff\ud800")", R"({"\ud800":1})", "\"\xed\xa0\x80\""})
    all.push_back({with_argument(text), -32700, "not a JSON text"});
  refuse(all);
}

BOOST_AUTO_TEST_CASE(nul_bytes) {
  std::string const nul(1, '\0');
  refuse({{nul, -32700, "not a JSON text"},
          {with_argument("1") + nul, -32700, "not a JSON text"},
          {with_argument("\"a" + nul + "b\""), -32700, "not a JSON text"},
          {R"({"jsonrpc":"2.0","id":1,"method":"ping","id\u0000":2})", -32600, "resembles"}});
}

BOOST_AUTO_TEST_CASE(an_escaped_nul_is_a_character_like_any_other) {
  site s;
  auto const session = s.open();
  auto const unknown = json_of(s.post(call("1", R"(plain\u0000)"), session));
  BOOST_TEST(code_of(unknown) == -32602);
  BOOST_TEST(code_of(json_of(s.post(request("1", R"(ping\u0000)"), session))) == -32601);
  BOOST_TEST(json_of(s.post(request(R"("a\u0000b")", "ping"), session)).at("id").as_string().size() == 3U);
}

BOOST_AUTO_TEST_CASE(huge_numbers) {
  constexpr std::string_view says = "number out of range";
  refuse({{with_argument("1e999"), -32700, says},
          {with_argument("[-1e999]"), -32700, says},
          {with_argument("1" + repeated("0", 400)), -32700, says},
          {with_argument(repeated("9", 1'000'000)), -32700, says},
          {with_argument("1e99999999999999999999"), -32700, says},
          {with_argument("0x10"), -32700, "not a JSON text"},
          {with_argument("NaN"), -32700, "not a JSON text"},
          {R"({"jsonrpc":"2.0","id":1e30,"method":"ping"})", -32600, "id must be"},
          {R"({"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"})", -32600, "id must be"}});
}

BOOST_AUTO_TEST_CASE(invalid_utf8) {
  std::vector<hostile> all;
  for (std::string const bytes :
       {"\xff", "\xc3", "\xc0\xaf", "\xe2\x82", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x80"})
    all.push_back({with_argument('"' + bytes + '"'), -32700, "not a JSON text"});
  all.push_back({"\xef\xbb\xbf" + with_argument("1"), -32700, "not a JSON text"});
  all.push_back({"\xff\xfe{\0}", -32700, "not a JSON text"});
  refuse(all);
}

BOOST_AUTO_TEST_SUITE_END()
