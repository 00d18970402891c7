// tests/unit/test/fake_oidc_server.cpp - the stand-in for Access for SaaS over HTTP
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/test/fake_oidc_server.hpp>

#include <mcpawl/http/url.hpp>
#include <mcpawl/test/loopback_client.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(test_fake_oidc_server)

namespace {

using namespace mcpawl;
using namespace mcpawl::test;

constexpr char const* callback = "http://127.0.0.1:9/callback";

/** Made once: its keys take a quarter of a second. */
fake_oidc_server& access() {
  static fake_oidc_server one({"client-1", "s3cret", {callback}});
  return one;
}

http_reply ask(std::string const& method, std::string const& url, loopback_client::fields const& fields = {},
               std::string const& body = {}) {
  auto const at = http::origin_url::parse(url).value();
  return loopback_client(at.port()).request(method, at.target(), fields, body);
}

std::string sign_in(std::string const& email) {
  std::string url = access()->authorization_url() + "?client_id=client-1&response_type=code&scope=openid";
  http::append_form_field(url, "redirect_uri", callback);
  auto const answer = ask("POST", url, {}, "email=" + email);
  auto const to = std::string(answer.field("location"));
  auto const at = to.find("code=");
  if (answer.status != 303 || at == std::string::npos) throw std::runtime_error("no code: " + answer.body);
  return to.substr(at + 5);
}

std::string redemption(std::string const& code) {
  std::string body = "grant_type=authorization_code&client_id=client-1&client_secret=s3cret";
  http::append_form_field(body, "code", code);
  http::append_form_field(body, "redirect_uri", callback);
  return body;
}

loopback_client::fields const form{{"Content-Type", "application/x-www-form-urlencoded"}};

}  // namespace

BOOST_AUTO_TEST_CASE(a_flow_goes_over_http) {
  auto const configuration = ask("GET", access()->configuration_url());
  BOOST_TEST(boost::json::parse(configuration.body).at("issuer").as_string() == access()->issuer());
  BOOST_TEST(ask("GET", access()->jwks_url()).body == access().keys().certs());
  BOOST_TEST(ask("GET", access().team_domain() + "/cdn-cgi/access/certs").body == access().keys().certs());
  BOOST_TEST(ask("GET", access().team_domain() + "/elsewhere").status == 404);
  auto const answer = ask("POST", access()->token_url(), form, redemption(sign_in("bob%40example.com")));
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.field("connection") == "close");
  BOOST_TEST(boost::json::parse(answer.body).as_object().contains("id_token"));
}

BOOST_AUTO_TEST_CASE(a_code_is_good_for_one_of_many_at_once) {
  auto const body = redemption(sign_in("alice%40example.com"));
  std::vector<int> statuses(8);
  std::vector<std::thread> clients;
  for (int& status : statuses)
    clients.emplace_back([&] { status = ask("POST", access()->token_url(), form, body).status; });
  for (auto& client : clients) client.join();
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 200) == 1);
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 400) == 7);
}

BOOST_AUTO_TEST_CASE(an_answer_can_be_cut_short) {
  auto const before = ask("GET", access()->configuration_url());
  access()->fail(oidc_endpoint::configuration, oidc_fault::truncated);
  BOOST_CHECK_THROW(ask("GET", access()->configuration_url()), std::runtime_error);
  access()->fail(oidc_endpoint::configuration, oidc_fault::none);
  BOOST_TEST(ask("GET", access()->configuration_url()).body == before.body);
}

BOOST_AUTO_TEST_CASE(one_that_hangs_does_not_hinder_the_others) {
  auto const url = http::origin_url::parse(access()->jwks_url()).value();
  access()->fail(oidc_endpoint::jwks, oidc_fault::hang);
  loopback_client waiting(url.port());
  waiting.send_request("GET", url.target());
  int const asked = access()->counts().of(oidc_endpoint::token);
  BOOST_TEST(ask("POST", access()->token_url(), form, redemption("unknown")).status == 400);
  BOOST_TEST(access()->counts().of(oidc_endpoint::token) == asked + 1);
  access()->fail(oidc_endpoint::jwks, oidc_fault::none);
}

BOOST_AUTO_TEST_CASE(odd_requests_are_refused) {
  std::string const path = access()->base_path();
  for (std::string const& text : {
           std::string("nonsense\r\n\r\n"),
           "GET " + path + "/jwks HTTP/1.0\r\n\r\n",
           std::string("GET  HTTP/1.1\r\n\r\n"),
           "GET " + path + "/jwks HTTP/1.1\r\nno colon\r\n\r\n",
           "POST " + path + "/token HTTP/1.1\r\nContent-Length: x\r\n\r\n",
           "POST " + path + "/token HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n",
           "POST " + path + "/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
       }) {
    loopback_client client(http::origin_url::parse(access().team_domain()).value().port());
    client.write(text);
    BOOST_TEST(client.read_reply().status == 400);
  }
}

BOOST_AUTO_TEST_SUITE_END()
