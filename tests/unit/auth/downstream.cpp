// tests/unit/auth/downstream.cpp - a caller's token goes to the applications on the list and nowhere else
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/downstream.hpp>
#include <mcpawl/mcp/types/trace_context.hpp>

#include "../http/scripted_peer.hpp"
#include "../keys/loopback_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace auth_downstream {
namespace {

using namespace mcpawl;
using namespace loopback_fixture;
using form = linked_token::form;
using http_test::guest;

/** Gives out one token after the other, the last one again and again. */
class given_tokens final : public token_source {
public:
  explicit given_tokens(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}
  task<result<secret>> current(std::shared_ptr<token_source>) override {
    std::size_t const at = std::min(asked++, tokens_.size() - 1);
    if (tokens_[at].empty()) co_return make_error_code(boost::system::errc::timed_out);
    co_return secret(tokens_[at]);
  }
  std::size_t asked = 0;

private:
  std::vector<std::string> tokens_;
};

struct fixture {
  boost::asio::io_context context{1};
  http::tls_trust trust = *http::tls_trust::system();
  std::mutex mutex;
  std::string seen;
  std::vector<std::string> answers{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  http_test::scripted_peer peer{[this](guest& who) { answer(who); }};
  std::shared_ptr<given_tokens> keeper;

  void answer(guest& who) {
    std::string const request = who.read_until("\r\n\r\n");
    std::lock_guard const lock(mutex);
    seen += request;
    who.send(answers.front());
    if (answers.size() > 1) answers.erase(answers.begin());
  }

  void will_answer(std::vector<std::string> with) {
    std::lock_guard const lock(mutex);
    answers = std::move(with);
  }

  linked_token token(std::vector<std::string> values = {"the-token"}, form how = form::assertion) {
    keeper = std::make_shared<given_tokens>(std::move(values));
    return linked_token(how, keeper);
  }
  static http::fetch_request request(std::string const& url) {
    return http::fetch_request(http::origin_url::parse(url).value());
  }
  downstream here() { return downstream({peer.url("")}, trust); }
  result<http::fetch_response> ask(downstream const& apps, linked_token const& with,
                                   http::fetch_request what) {
    return run(context, apps.ask(with, std::move(what)));
  }
  error_code error_of(downstream const& apps, linked_token const& with, http::fetch_request what) {
    auto const done = ask(apps, with, std::move(what));
    return done ? error_code() : done.error();
  }
  /** How often something was seen by the peer, in any case. */
  int count(std::string_view part) {
    std::lock_guard const lock(mutex);
    int n = 0;
    for (std::size_t i = 0; i + part.size() <= seen.size(); ++i)
      n += http::iequals(std::string_view(seen).substr(i, part.size()), part);
    return n;
  }
};

}  // namespace

}  // namespace auth_downstream

BOOST_FIXTURE_TEST_SUITE(auth_downstream, fixture)

BOOST_AUTO_TEST_CASE(the_token_goes_into_the_header_of_its_kind) {
  auto const answer = ask(here(), token(), request(peer.url("/orders?of=me")));
  BOOST_TEST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->body == "ok");
  BOOST_TEST(count("GET /orders?of=me HTTP/1.1\r\n") == 1);
  BOOST_TEST(count("\r\nCf-Access-Token: the-token\r\n") == 1);
  BOOST_TEST(count("Authorization") == 0);

  BOOST_TEST(ask(here(), token({"another"}, form::bearer), request(peer.url())).has_value());
  BOOST_TEST(count("\r\nAuthorization: Bearer another\r\n") == 1);
  BOOST_TEST(count("Cf-Access-Token") == 1);
}

BOOST_AUTO_TEST_CASE(origins_off_the_list_get_nothing) {
  downstream const apps({"https://Internal.Example.com", "https://b.example:8443/", "http://127.0.0.1:81"},
                        trust);
  for (char const* good : {"https://internal.example.com/", "https://INTERNAL.example.COM/a?b",
                           "https://internal.example.com:443/", "https://internal.example.com:/",
                           "https://b.example:8443/x", "http://127.0.0.1:81/"})
    BOOST_TEST(apps.allows(http::origin_url::parse(good).value()), good);
  for (char const* bad : {"http://internal.example.com/",
                          "https://internal.example.com:8443/",
                          "https://internal.example.com./",
                          "https://internal.example.com.evil.example/",
                          "https://evil-internal.example.com/",
                          "https://a.internal.example.com/",
                          "https://example.com/",
                          "https://b.example/",
                          "https://b.example:443/",
                          "https://127.0.0.1:81/",
                          "http://127.0.0.1/",
                          "http://127.1:81/",
                          "http://2130706433:81/",
                          "http://0x7f000001:81/",
                          "http://0177.0.0.1:81/",
                          "http://127.0.0.2:81/",
                          "http://localhost:81/",
                          "http://[::1]:81/",
                          "http://[::ffff:127.0.0.1]:81/",
                          "https://xn--internal.example.com/"}) {
    auto const url = http::origin_url::parse(bad);
    if (!url) continue;  // no request can be made of it
    BOOST_TEST(!apps.allows(*url), bad);
    BOOST_TEST((error_of(apps, token(), http::fetch_request(*url)) == downstream_errc::origin_not_allowed));
    BOOST_TEST(keeper->asked == 0u);
  }
  for (char const* none :
       {"https://internal.example.com@evil.example/", "https://evil.example\\@internal.example.com/",
        "https://internal.example.com%2eevil.example/", "https://internal.example.com\r\n.evil/"})
    BOOST_TEST(!http::origin_url::parse(none), none);
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_refused_before_a_byte_is_sent) {
  BOOST_TEST(
      (error_of(downstream({}, trust), token(), request(peer.url())) == downstream_errc::origin_not_allowed));
  for (char const* name :
       {"Cf-Access-Token", "cf-access-token", "CF_ACCESS_TOKEN", "Authorization", "AUTHORIZATION"}) {
    auto what = request(peer.url());
    what.field("Accept", "text/plain").field(name, "mine");
    BOOST_TEST((error_of(here(), token(), std::move(what)) == downstream_errc::credential_in_request), name);
    BOOST_TEST(keeper->asked == 0u);
  }
  BOOST_TEST((error_of(here(), linked_token(form::bearer, nullptr), request(peer.url())) ==
              downstream_errc::no_token));
  for (char const* bad : {"a\r\nX-Admin: yes", "a b", "a,b", "a\x7f", "caf\xc3\xa9", "a\t"})
    BOOST_TEST((error_of(here(), token({bad}), request(peer.url())) == downstream_errc::unusable_token));
  BOOST_TEST((error_of(here(), token({""}), request(peer.url())) == boost::system::errc::timed_out));
  BOOST_TEST(peer.visits() == 0);
}

BOOST_AUTO_TEST_CASE(a_field_cannot_smuggle_another_one_in) {
  auto what = request(peer.url());
  what.field("X-Note", "a\r\nAuthorization: Bearer stolen\r\nX: b");
  what.field("X\r\nCf-Access-Token", "stolen");
  BOOST_TEST(ask(here(), token(), std::move(what)).has_value());
  BOOST_TEST(count("\r\nAuthorization") == 0);
  BOOST_TEST(count("\r\nCf-Access-Token: the-token\r\n") == 1);
  BOOST_TEST(count("\r\nCf-Access-Token") == 1);
}

BOOST_AUTO_TEST_CASE(a_redirect_is_an_answer) {
  http_test::scripted_peer elsewhere{[](guest& who) { who.read_until("\r\n\r\n"); }};
  for (char const* status : {"301", "302", "303", "307", "308"}) {
    will_answer({std::string("HTTP/1.1 ") + status + " Go\r\nLocation: " + elsewhere.url("/") +
                 "\r\nContent-Length: 0\r\n\r\n"});
    auto const answer = ask(here(), token(), request(peer.url()));
    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_TEST(std::to_string(answer->status) == status);
    BOOST_TEST((answer->find("Location") == elsewhere.url("/")));
  }
  BOOST_TEST(elsewhere.visits() == 0);
}

BOOST_AUTO_TEST_CASE(a_newer_token_is_tried_once_where_nothing_can_happen_twice) {
  std::string const no = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n";
  std::string const yes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  will_answer({no, yes});
  auto answer = ask(here(), token({"old", "new"}), request(peer.url()));
  BOOST_TEST(answer.value().status == 200);
  BOOST_TEST(count("Cf-Access-Token: old\r\n") == 1);
  BOOST_TEST(count("Cf-Access-Token: new\r\n") == 1);

  will_answer({no, no, yes});
  BOOST_TEST(ask(here(), token({"one", "two", "three"}), request(peer.url())).value().status == 401);
  BOOST_TEST(keeper->asked == 2u);

  will_answer({no, yes});  // the same token, or none, is not worth a second time
  BOOST_TEST(ask(here(), token({"same"}), request(peer.url())).value().status == 401);
  will_answer({no, yes});
  BOOST_TEST(ask(here(), token({"old", ""}), request(peer.url())).value().status == 401);

  will_answer({no, yes});
  auto post = request(peer.url());
  post.method("POST").body("text/plain", "pay");
  BOOST_TEST(ask(here(), token({"old", "new"}), std::move(post)).value().status == 401);
  BOOST_TEST(keeper->asked == 1u);
}

BOOST_AUTO_TEST_CASE(the_login_of_access_means_what_401_means) {
  auto const to = [](char const* status, std::string const& where) {
    return std::string("HTTP/1.1 ") + status + " Go\r\nLocation: " + where + "\r\nContent-Length: 0\r\n\r\n";
  };
  std::string const yes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  std::string const team = "https://acme.cloudflareaccess.com";
  for (std::string const& login :
       {to("302", team + "/cdn-cgi/access/login/orders.example.com?kid=f70ff9&redirect_url=%2F&meta=eyJh"),
        to("302", team + "/cdn-cgi/access/login?x"), to("303", "/cdn-cgi/access/login/orders.example.com"),
        to("307", "https://login.example.com/cdn-cgi/access/login")}) {
    will_answer({login, yes});
    BOOST_TEST(ask(here(), token({"old", "new"}), request(peer.url())).value().status == 200);
    will_answer({login});
    auto const refused = ask(here(), token(), request(peer.url()));
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST(downstream::turned_away(*refused));
    will_answer({login, yes});
    auto post = request(peer.url());
    post.method("POST").body("text/plain", "pay");
    BOOST_TEST(downstream::turned_away(ask(here(), token({"old", "new"}), std::move(post)).value()));
    BOOST_TEST(keeper->asked == 1u);
  }
  for (std::string const& other :
       {to("302", team + "/"), to("302", "/login"), to("302", team + "/cdn-cgi/access/loginx"), to("302", ""),
        to("302", team + "/x?/cdn-cgi/access/login"), to("301", team + "/cdn-cgi/access/login"),
        to("200", team + "/cdn-cgi/access/login")}) {
    will_answer({other, yes});
    auto const answer = ask(here(), token({"old", "new"}), request(peer.url()));
    BOOST_TEST_REQUIRE(answer.has_value());
    BOOST_TEST(!downstream::turned_away(*answer));
    BOOST_TEST(keeper->asked == 1u);
  }
}

BOOST_AUTO_TEST_CASE(the_trace_goes_on) {
  trace_context trace;
  trace.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  trace.tracestate = "vendor=1";
  trace.baggage = "who=me";
  BOOST_TEST(run(context, here().ask(token(), request(peer.url()), trace)).has_value());
  BOOST_TEST(count("\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n") == 1);
  BOOST_TEST(count("\r\ntracestate: vendor=1\r\n") == 1);
  BOOST_TEST(count("baggage") == 0);
  BOOST_TEST(run(context, here().ask(token(), request(peer.url()), trace_context())).has_value());
  BOOST_TEST(count("traceparent") == 1);
}

BOOST_AUTO_TEST_CASE(observers_are_told_of_each_request_and_it_has_its_own_place_in_the_trace) {
  struct told_requests : observer {
    bool wants_traces() const override { return true; }
    void on_client_request(client_request_record const& r) override {
      BOOST_TEST(r.http_method == "GET");
      BOOST_TEST(r.host == "127.0.0.1");
      BOOST_TEST(r.of_options);
      BOOST_TEST(r.trace.trace_id == "0af7651916cd43dd8448eb211c80319c");
      BOOST_TEST(r.trace.parent_id == "b7ad6b7169203331");
      BOOST_TEST(r.trace.sampled);
      spans.emplace_back(r.trace.span_id);
      statuses.push_back(r.status);
    }
    std::vector<std::string> spans;
    std::vector<int> statuses;
  } told;
  trace_context trace;
  trace.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  // turned away with the old token, let in with the new one: two requests
  will_answer({"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"});
  downstream const apps({peer.url("")}, trust, {&told});
  BOOST_TEST(run(context, apps.ask(token({"old", "new"}), request(peer.url()), trace)).has_value());
  BOOST_TEST((told.statuses == std::vector<int>{401, 200}));
  BOOST_TEST_REQUIRE(told.spans.size() == 2u);
  BOOST_TEST(told.spans[0] != told.spans[1]);
  for (auto const& span : told.spans)
    BOOST_TEST(count("\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-" + span + "-01\r\n") == 1);
}

BOOST_AUTO_TEST_CASE(a_task_outlives_what_it_was_made_of) {
  std::optional<result<http::fetch_response>> done;
  {
    downstream const apps = here();
    linked_token const mine = token();
    start(context, apps.ask(mine, request(peer.url())), done);
    keeper.reset();
  }
  run_until(context, [&] { return done.has_value(); });
  BOOST_TEST(done->has_value());
}

BOOST_AUTO_TEST_CASE(a_bad_list_is_refused_with_all_its_errors) {
  auto const errors = [&](std::vector<std::string> const& origins) -> std::size_t {
    try {
      downstream const apps(origins, trust);
    } catch (configuration_error const& e) {
      return e.errors().size();
    }
    return 0;
  };
  BOOST_CHECK_THROW(downstream({"https://a.example"}, trust, {nullptr}), configuration_error);
  BOOST_TEST(errors({"https://a.example", "https://b.example/", "http://localhost:8080", "http://[::1]"}) ==
             0u);
  BOOST_TEST(errors({"", "a.example", "*", "https://*", "https://a.example/path", "https://a.example/?q",
                     "https://a.example?q", "http://a.example", "https://me@a.example", "https://<host>",
                     "ftp://a.example", "https://a.example/#x", "https://"}) == 13u);
}

BOOST_AUTO_TEST_CASE(the_list_is_a_setting) {
  settings given([](std::string const&) {
    return std::string("https://a.example, http://b.example,,https://c.example/x");
  });
  downstream const apps = downstream::from(given, "DOWNSTREAM_URL", trust);
  BOOST_TEST(apps.allows(http::origin_url::parse("https://a.example/").value()));
  try {
    given.throw_if_invalid();
    BOOST_TEST(false);
  } catch (configuration_error const& e) {
    BOOST_TEST(e.errors().size() == 3u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
