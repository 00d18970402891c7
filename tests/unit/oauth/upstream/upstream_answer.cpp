// tests/unit/oauth/upstream/upstream_answer.cpp - answers of a token endpoint are tokens, or it is clear whose fault
// it is
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/upstream/upstream_answer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(oauth_upstream_answer)

namespace {

using namespace mcpawl;
using oauth::oauth_errc;

http::fetch_response answer(int status, std::string body, std::string type = "application/json") {
  http::fetch_response out;
  out.status = status;
  out.content_type = std::move(type);
  out.body = std::move(body);
  return out;
}
error_code error_of(int status, std::string body, std::string type = "application/json") {
  oauth::upstream_report report;
  auto const read = oauth::read_upstream_answer(answer(status, std::move(body), std::move(type)), report);
  BOOST_TEST((read.has_value() || !report.reason.empty()));
  return read ? error_code() : read.error();
}
oauth::upstream_tokens read(std::string body) {
  oauth::upstream_report report;
  return oauth::read_upstream_answer(answer(200, std::move(body)), report).value();
}
std::string refusal(std::string const& error) { return R"({"error":")" + error + "\"}"; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_good_answer_is_read) {
  auto const all = read(
      R"({"access_token":"a","token_type":"bearer","expires_in":300,"refresh_token":"r","id_token":"i","scope":"x","more":{"access_token":"no"}})");
  BOOST_TEST((all.access_token == secret("a")));
  BOOST_TEST((all.refresh_token == secret("r")));
  BOOST_TEST((all.id_token == secret("i")));
  BOOST_TEST(all.expires_in.value() == 300);
  auto const least = read(R"({"token_type":"Bearer","access_token":"a\u002fb"})");
  BOOST_TEST((least.access_token == secret("a/b")));
  BOOST_TEST(least.refresh_token.empty());
  BOOST_TEST(least.id_token.empty());
  BOOST_TEST(!least.expires_in);
  auto const as_text = read(R"({"token_type":"Bearer","access_token":"a","expires_in":"3599"})");
  BOOST_TEST(as_text.expires_in.value() == 3599);
  BOOST_TEST(read(R"({"token_type":"Bearer","access_token":"a","refresh_token":null,"expires_in":null})")
                 .refresh_token.empty());
  BOOST_TEST(
      !error_of(200, R"({"token_type":"Bearer","access_token":"a"})", "Application/JSON; charset=utf-8"));
}

BOOST_AUTO_TEST_CASE(what_is_no_good_answer_is_an_outage) {
  std::string const good = R"({"access_token":"a","token_type":"Bearer")";
  for (std::string const& bad : {std::string(),
                                 std::string("{}"),
                                 std::string("[]"),
                                 std::string("\"a\""),
                                 good,
                                 good + "}x",
                                 good + ",}",
                                 good + R"(,"access_token":"b"})",
                                 good + R"(,"x":1,"x":2})",
                                 good + R"(,"expires_in":"300s"})",
                                 good + R"(,"expires_in":""})",
                                 good + R"(,"expires_in":"-1"})",
                                 good + R"(,"expires_in":" 300"})",
                                 good + R"(,"expires_in":"9223372036854775808"})",
                                 good + R"(,"expires_in":["300"]})",
                                 good + R"(,"expires_in":-1})",
                                 good + R"(,"expires_in":1.5})",
                                 good + R"(,"expires_in":1e300})",
                                 good + R"(,"expires_in":9223372036854775807})",
                                 good + R"(,"expires_in":true})",
                                 good + R"(,"expires_in":{}})",
                                 good + R"(,"refresh_token":7})",
                                 good + R"(,"id_token":["i"]})",
                                 good + R"(,"id_token":{}})",
                                 std::string(R"({"access_token":"a"})"),
                                 std::string(R"({"access_token":"a","token_type":"mac"})"),
                                 std::string(R"({"access_token":"","token_type":"Bearer"})"),
                                 std::string(R"({"access_token":"a b","token_type":"Bearer"})"),
                                 std::string(R"({"access_token":"a\r\nX: y","token_type":"Bearer"})"),
                                 std::string(R"({"access_token":null,"token_type":"Bearer"})"),
                                 std::string(R"({"error":"invalid_grant"})"),
                                 std::string(60'000, '['),
                                 good + ",\"x\":" + std::string(20, '[') + std::string(20, ']') + "}",
                                 std::string("\xef\xbb\xbf") + good + "}",
                                 good + ",\"x\":\"\xff\"}"})
    BOOST_TEST((error_of(200, bad) == oauth_errc::upstream_unavailable), bad.substr(0, 100));
  for (char const* type : {"", "text/html", "text/html; charset=utf-8", "application/jsonx", "text/plain"})
    BOOST_TEST((error_of(200, good + "}", type) == oauth_errc::upstream_unavailable), type);
  for (int const status :
       {100, 201, 204, 301, 302, 303, 307, 308, 402, 404, 405, 408, 413, 429, 500, 502, 503, 504, 0})
    BOOST_TEST((error_of(status, refusal("invalid_grant")) == oauth_errc::upstream_unavailable), status);
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_good_answer_is_an_outage) {
  std::string const good = R"({"access_token":"a","token_type":"Bearer","expires_in":300,"id_token":"i"})";
  for (std::size_t size = 0; size != good.size(); ++size)
    BOOST_TEST((error_of(200, good.substr(0, size)) == oauth_errc::upstream_unavailable));
  BOOST_TEST(!error_of(200, good));
}

BOOST_AUTO_TEST_CASE(refusals_tell_whose_fault_it_is) {
  for (int const status : {400, 401, 403}) {
    for (char const* final :
         {"invalid_grant", "access_denied", "login_required", "interaction_required", "consent_required"})
      BOOST_TEST((error_of(status, refusal(final)) == oauth_errc::upstream_denied), final);
    for (char const* ours : {"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope",
                             "unsupported_grant_type"})
      BOOST_TEST((error_of(status, refusal(ours)) == oauth_errc::upstream_misconfigured), ours);
    for (char const* other :
         {"server_error", "temporarily_unavailable", "slow_down", "INVALID_GRANT", "invalid_grant ", ""})
      BOOST_TEST((error_of(status, refusal(other)) == oauth_errc::upstream_unavailable), other);
    BOOST_TEST((error_of(status, refusal("invalid_grant"), "text/html") == oauth_errc::upstream_unavailable));
    BOOST_TEST((error_of(status, R"({"error":["invalid_grant"]})") == oauth_errc::upstream_unavailable));
    BOOST_TEST((error_of(status, "{}") == oauth_errc::upstream_unavailable));
  }
}

BOOST_AUTO_TEST_CASE(the_report_is_bounded) {
  oauth::upstream_report report;
  std::string const long_text(10'000, 'x');
  auto const read = oauth::read_upstream_answer(
      answer(400, R"({"error":")" + long_text + R"(","error_description":")" + long_text + "\"}"), report);
  BOOST_TEST((read.error() == oauth_errc::upstream_unavailable));
  BOOST_TEST(report.error.size() == 64u);
  BOOST_TEST(report.description.size() == 256u);
}

BOOST_AUTO_TEST_SUITE_END()
