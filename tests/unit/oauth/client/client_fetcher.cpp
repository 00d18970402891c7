// tests/unit/oauth/client/client_fetcher.cpp - clients described by a document at their URL, and what their hosts
// try
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/client/client_fetcher.hpp>

#include "../../store/await.hpp"
#include "client_host.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_client_fetcher)

using namespace mcpawl;
using namespace mcpawl::oauth;
using namespace oauth_test;
using namespace std::chrono_literals;

namespace {

struct world {
  test::manual_clock clock;
  client_host host{[this](std::string const&) { return answer_with(host.document()); }};
  client_documents documents{settings_for(clock)};

  result<client> find() { return await(documents.find(host.url())); }
  bool fails_with(oauth_errc e) {
    auto const found = find();
    return !found && found.error() == e;
  }
  void answers(std::string const& with) {
    host.answer([with](std::string const&) { return with; });
  }
};

/** A host that answers when it may, and what became of two who ask it. */
struct two_who_ask {
  world w;
  std::atomic<bool> asked{false}, may_answer{false};
  boost::asio::io_context context{1};
  boost::asio::cancellation_signal first_leaves, second_leaves;
  std::optional<bool> first, second;  // whether the client was found; false also if it threw

  two_who_ask() {
    w.host.answer([this](std::string const&) {
      asked = true;
      while (!may_answer) std::this_thread::sleep_for(1ms);
      return answer_with(w.host.document());
    });
    ask(first, first_leaves);
    run_until([this] { return asked.load(); });
    ask(second, second_leaves);
    context.poll();
  }
  ~two_who_ask() { may_answer = true; }

  void ask(std::optional<bool>& into, boost::asio::cancellation_signal& leaves) {
    auto ended = [&into](std::exception_ptr failure) {
      if (failure) into = false;
    };
    boost::asio::co_spawn(context, find(w.documents, w.host.url(), into),
                          boost::asio::bind_cancellation_slot(leaves.slot(), std::move(ended)));
  }
  static task<> find(client_documents documents, std::string url, std::optional<bool>& into) {
    auto const found = co_await documents.find(std::move(url));
    into = found.has_value();
  }
  template <class Condition>
  void run_until(Condition done) {
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (!done() && std::chrono::steady_clock::now() < end) context.run_one_for(5ms);
    BOOST_TEST_REQUIRE(done());
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_client_is_found_and_remembered) {
  world w;
  auto const found = w.find();
  BOOST_TEST_REQUIRE(found.has_value(), found.error().message());
  BOOST_TEST(found->id == w.host.url());
  BOOST_TEST(found->metadata.client_name == "A client");
  BOOST_TEST((found->metadata.auth == client_auth::none));
  BOOST_TEST(!found->knows(secret{"x"}));
  BOOST_TEST(w.find().has_value());
  BOOST_TEST(w.host.visits() == 1);
}

BOOST_AUTO_TEST_CASE(it_is_fetched_again_when_it_says_so) {
  world w;
  w.answers(answer_with(w.host.document(), "Cache-Control: max-age=600\r\n"));
  BOOST_TEST(w.find().has_value());
  w.clock.advance(599s);
  BOOST_TEST(w.find().has_value());
  BOOST_TEST(w.host.visits() == 1);
  w.clock.advance(1s);
  w.answers(answer_with(w.host.document(), "Cache-Control: no-store\r\n"));
  BOOST_TEST(w.find().has_value());
  BOOST_TEST(w.host.visits() == 2);
  w.clock.advance(60s);
  BOOST_TEST(w.find().has_value());
  BOOST_TEST(w.host.visits() == 3);
}

BOOST_AUTO_TEST_CASE(attack_a_document_about_another_client) {
  world w;
  w.answers(answer_with(w.host.document({}, "/other")));
  BOOST_TEST(w.fails_with(oauth_errc::document_elsewhere));
  BOOST_TEST(w.fails_with(oauth_errc::document_elsewhere));
  BOOST_TEST(w.host.visits() == 1);  // failures are remembered too
}

BOOST_AUTO_TEST_CASE(attack_answers_that_are_no_document) {
  world any;
  std::string const good = any.host.document();
  struct {
    std::string answer;
    oauth_errc expected;
  } const cases[] = {
      {answer_with("<!DOCTYPE html>", {}, 200, "text/html"), oauth_errc::unknown_client},
      {answer_with(good, {}, 200, "text/plain"), oauth_errc::unknown_client},
      {answer_with(good, {}, 200, "application/jsonp"), oauth_errc::unknown_client},
      {answer_with(good, {}, 404), oauth_errc::unknown_client},
      {answer_with(good, {}, 206), oauth_errc::unknown_client},
      {answer_with("", {}), oauth_errc::bad_registration},
      {answer_with("[]"), oauth_errc::bad_registration},
      {answer_with(std::string(4000, '[')), oauth_errc::bad_registration},
      {answer_with(good + std::string(6000, ' ')), oauth_errc::registration_too_large},
      {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n",
       oauth_errc::registration_too_large},
      {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: "
       "2\r\n\r\n{}",
       oauth_errc::unknown_client},
      {"HELLO\r\n\r\n", oauth_errc::unknown_client},
      {answer_with(good, {}, 500), oauth_errc::document_unavailable},
      {answer_with(good, {}, 429), oauth_errc::document_unavailable},
      {answer_with(good, {}, 403), oauth_errc::document_unavailable},
      {answer_with(good, {}, 407), oauth_errc::document_unavailable},
      {answer_with(good, {}, 410), oauth_errc::unknown_client},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", oauth_errc::document_unavailable},
      {"", oauth_errc::document_unavailable},
  };
  for (auto const& each : cases) {
    world w;
    w.answers(each.answer);
    BOOST_TEST(w.fails_with(each.expected), each.answer.substr(0, 100) + ": " + w.find().error().message());
  }
}

BOOST_AUTO_TEST_CASE(json_of_any_kind_will_do) {
  for (std::string const type :
       {"application/json; charset=utf-8", "Application/JSON", "application/cimd+json"}) {
    world w;
    w.answers(answer_with(w.host.document(), {}, 200, type));
    BOOST_TEST(w.find().has_value(), type);
  }
}

BOOST_AUTO_TEST_CASE(attack_a_redirect_leads_nowhere) {
  world w;
  client_host const inside([](std::string const&) { return answer_with("{}"); });
  w.answers(answer_with("", "Location: " + inside.url() + "\r\n", 302));
  BOOST_TEST(w.fails_with(oauth_errc::unknown_client));
  BOOST_TEST(inside.visits() == 0);
}

BOOST_AUTO_TEST_CASE(attack_nothing_inside_is_asked) {
  test::manual_clock clock;
  auto settings = settings_for(clock);
  settings.addresses = http::address_rule::only_public;
  client_host const inside([](std::string const&) { return answer_with("{}"); });
  settings.port = http::origin_url::parse(inside.url("/c")).value().port();
  client_documents const documents(settings);
  std::string const port = inside.url("/c").substr(std::string("https://127.0.0.1").size());
  for (std::string const name : {"127.0.0.1",
                                 "localhost",
                                 "LOCALHOST",
                                 "localhost.",
                                 "127.1",
                                 "2130706433",
                                 "0x7f000001",
                                 "0177.0.0.1",
                                 "0",
                                 "0.0.0.0",
                                 "[::1]",
                                 "[::]",
                                 "[::ffff:127.0.0.1]",
                                 "[::127.0.0.1]",
                                 "[64:ff9b::7f00:1]",
                                 "[2002:7f00:1::]",
                                 "user@127.0.0.1",
                                 "127.0.0.1%2f",
                                 "169.254.169.254",
                                 "10.0.0.1",
                                 "[fd00::1]",
                                 "[fe80::1]"}) {
    auto const found = await(documents.find("https://" + name + port));
    BOOST_TEST(!found.has_value(), name);
  }
  BOOST_TEST(inside.visits() == 0);
}

BOOST_AUTO_TEST_CASE(attack_no_other_port_of_a_host_is_asked) {
  test::manual_clock clock;
  auto settings = settings_for(clock);
  for (auto const rule : {http::address_rule::only_public, http::address_rule::public_or_loopback}) {
    settings.addresses = rule;
    client_documents const documents(settings);
    for (std::string const port : {"22", "80", "442", "444", "8443"}) {
      auto const found = await(documents.find("https://client.example:" + port + "/c"));
      BOOST_TEST((found.error() == oauth_errc::unknown_client), port);
    }
    BOOST_TEST(documents.size() == 0u);  // nobody was even looked up
  }
}

BOOST_AUTO_TEST_CASE(attack_what_is_no_client_url_is_not_fetched) {
  world w;
  for (std::string const bad : {"", "x", "http://127.0.0.1/client", "https://127.0.0.1", "https://127.0.0.1/",
                                "https://127.0.0.1/a/../b", "https://127.0.0.1/a#b", "ftp://127.0.0.1/a"}) {
    auto const found = await(w.documents.find(bad));
    BOOST_TEST((found.error() == oauth_errc::unknown_client), bad);
  }
  BOOST_TEST(w.documents.size() == 0u);
}

BOOST_AUTO_TEST_CASE(attack_a_certificate_of_somebody_else) {
  world w;
  auto const stranger = http_test::make_authority("stranger");
  auto settings = settings_for(w.clock);
  settings.trust = http::tls_trust::from_pem(stranger.pem()).value();
  auto const found = await(client_documents(settings).find(w.host.url()));
  BOOST_TEST((found.error() == oauth_errc::unknown_client));
}

BOOST_AUTO_TEST_CASE(attack_a_host_that_hangs_or_drips) {
  test::manual_clock clock;
  auto settings = settings_for(clock);
  settings.timeout = 150ms;
  http_test::scripted_peer hangs(
      [](http_test::guest& who) {
        who.read_until("\r\n\r\n");
        who.wait_until_gone();
      },
      &client_trust::instance().server);
  client_documents const documents(settings);
  BOOST_TEST((await(documents.find(hangs.url("/c"))).error() == oauth_errc::document_unavailable));
  http_test::scripted_peer drips(
      [](http_test::guest& who) {
        who.read_until("\r\n\r\n");
        for (int i = 0; i != 100 && who.send("H"); ++i) std::this_thread::sleep_for(10ms);
      },
      &client_trust::instance().server);
  BOOST_TEST(!await(documents.find(drips.url("/c"))).has_value());
}

BOOST_AUTO_TEST_CASE(a_client_serves_on_while_its_host_is_down_but_not_once_it_was_withdrawn) {
  world w;
  BOOST_TEST(w.find().has_value());
  w.clock.advance(301s);
  w.answers(answer_with("", {}, 503));
  BOOST_TEST(w.find().has_value());
  BOOST_TEST(w.find().has_value());
  BOOST_TEST(w.host.visits() == 2);
  w.clock.advance(31s);
  w.answers(answer_with("", {}, 404));
  BOOST_TEST(w.fails_with(oauth_errc::unknown_client));
}

BOOST_AUTO_TEST_CASE(many_who_ask_at_once_cause_one_fetch) {
  world w;
  w.host.answer([&w](std::string const&) {
    std::this_thread::sleep_for(50ms);
    return answer_with(w.host.document());
  });
  std::atomic<int> found{0};
  auto ask = [](client_documents documents, std::string url, std::atomic<int>& count) -> task<> {
    auto const one = co_await documents.find(std::move(url));
    if (one) ++count;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([&] {
      boost::asio::io_context context(1);
      for (int k = 0; k != 10; ++k)
        boost::asio::co_spawn(context, ask(w.documents, w.host.url(), found), boost::asio::detached);
      context.run();
    });
  }
  for (auto& each : threads) each.join();
  BOOST_TEST(found == 40);
  BOOST_TEST(w.host.visits() == 1);
}

BOOST_AUTO_TEST_CASE(who_stops_in_the_middle_leaves_the_fetch_to_another) {
  world w;
  std::atomic<bool> asked{false};
  w.host.answer([&](std::string const&) {
    asked = true;
    std::this_thread::sleep_for(50ms);
    return answer_with(w.host.document());
  });
  {
    boost::asio::io_context dying(1);
    boost::asio::co_spawn(dying, w.documents.find(w.host.url()), boost::asio::detached);
    while (!asked) dying.run_one_for(5ms);
  }
  BOOST_TEST(w.documents.size() == 0u);
  BOOST_TEST(w.find().has_value());
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_fetch_of_another_may_leave_at_once_and_stops_nothing) {
  two_who_ask x;
  x.second_leaves.emit(boost::asio::cancellation_type::terminal);
  x.run_until([&] { return x.second.has_value(); });
  BOOST_TEST(!*x.second);
  BOOST_TEST(!x.first.has_value());
  x.may_answer = true;
  x.run_until([&] { return x.first.has_value(); });
  BOOST_TEST(*x.first);
  BOOST_TEST(x.w.host.visits() == 1);
}

BOOST_AUTO_TEST_CASE(who_waits_fetches_anew_when_the_fetch_of_another_is_cancelled) {
  two_who_ask x;
  x.first_leaves.emit(boost::asio::cancellation_type::terminal);
  x.run_until([&] { return x.first.has_value(); });
  BOOST_TEST(!*x.first);
  x.may_answer = true;
  x.run_until([&] { return x.second.has_value(); });
  BOOST_TEST(*x.second);
  BOOST_TEST(x.w.host.visits() == 2);
}

BOOST_AUTO_TEST_CASE(who_waits_on_another_thread_fetches_anew_when_the_first_dies) {
  world w;
  std::atomic<int> asked{0};
  std::atomic<bool> may_answer{false};
  w.host.answer([&](std::string const&) {
    ++asked;
    while (!may_answer) std::this_thread::sleep_for(1ms);
    return answer_with(w.host.document());
  });
  bool found = false;
  std::thread other;
  {
    boost::asio::io_context dying(1);
    boost::asio::co_spawn(dying, w.documents.find(w.host.url()), boost::asio::detached);
    while (asked == 0) dying.run_one_for(5ms);
    other = std::thread([&] { found = w.find().has_value(); });
    std::this_thread::sleep_for(20ms);
    BOOST_TEST(asked == 1);
  }
  may_answer = true;
  other.join();
  BOOST_TEST(found);
  BOOST_TEST(w.host.visits() == 2);
}

BOOST_AUTO_TEST_CASE(it_is_noted_whether_documents_can_be_fetched_from_here) {
  struct {
    std::string answer;
    bool available;
  } const cases[] = {
      {answer_with("{}", {}, 403), false},
      {answer_with("{}", {}, 407), false},
      {answer_with("{}", {}, 429), false},
      {answer_with("{}", {}, 451), false},
      {answer_with("{}", {}, 500), false},
      {answer_with("{}", {}, 503), false},
      {"", false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", false},
      {answer_with("{}", {}, 404), true},
      {answer_with("{}", {}, 410), true},
      {answer_with("{}"), true},
      {answer_with("<p>", {}, 200, "text/html"), true},
      {"HELLO\r\n\r\n", true},
  };
  for (auto const& each : cases) {
    world w;
    auto settings = settings_for(w.clock);
    settings.availability = std::make_shared<document_availability>(w.clock);
    client_documents const documents(settings);
    w.answers(each.answer);
    BOOST_TEST(!await(documents.find(w.host.url())).has_value());
    BOOST_TEST(settings.availability->available() == each.available, each.answer.substr(0, 60));
    w.clock.advance(31s);
    w.answers(answer_with(w.host.document()));
    BOOST_TEST(await(documents.find(w.host.url())).has_value());
    BOOST_TEST(settings.availability->available());
  }
}

BOOST_AUTO_TEST_CASE(a_host_that_cannot_be_reached_is_noted_and_told_to_the_log) {
  test::manual_clock clock;
  struct {
    std::string url;
    bool available;
  } const cases[] = {
      {"https://localhost.invalid/client", false},  // no such name (RFC 6761 section 6.4)
      {"https://127.0.0.1:1/client", false},
      {"https://10.0.0.1/client", true},  // an address that nobody's resolver gave
      {"https://[fd00::1]/client", true},
      {"https://127.0.0.1/", true},
  };
  for (auto const& each : cases) {
    std::string log;
    auto settings = settings_for(clock);
    settings.log = logger(log_level::info, [&log](log_level, std::string_view line) { log += line; });
    settings.availability = std::make_shared<document_availability>(clock);
    client_documents const documents(settings);
    BOOST_TEST(!await(documents.find(each.url)).has_value());
    BOOST_TEST(settings.availability->available() == each.available, each.url);
    bool const told = log.find("client_documents_not_advertised") != std::string::npos &&
                      log.find("setting=CLIENT_DOCUMENTS") != std::string::npos;
    BOOST_TEST(told == !each.available, log);
  }
}

BOOST_AUTO_TEST_CASE(a_network_that_shows_a_certificate_of_its_own_cannot_reach_documents) {
  world w;
  auto const inspecting = http_test::make_authority("inspecting");
  auto settings = settings_for(w.clock);
  settings.trust = http::tls_trust::from_pem(inspecting.pem()).value();
  settings.availability = std::make_shared<document_availability>(w.clock);
  BOOST_TEST(!await(client_documents(settings).find(w.host.url())).has_value());
  BOOST_TEST(!settings.availability->available());
}

BOOST_AUTO_TEST_CASE(what_may_not_be_fetched_any_more_is_not_advertised) {
  world w;
  auto settings = settings_for(w.clock);
  settings.limits.burst = 1;
  settings.limits.max_known_burst = 0;
  settings.availability = std::make_shared<document_availability>(w.clock);
  client_documents const documents(settings);
  BOOST_TEST(await(documents.find(w.host.url())).has_value());
  BOOST_TEST(settings.availability->available());
  BOOST_TEST((await(documents.find(w.host.url("/other"))).error() == oauth_errc::document_unavailable));
  BOOST_TEST(!settings.availability->available());
}

BOOST_AUTO_TEST_CASE(keys_say_nothing_about_documents) {
  world w;
  auto settings = settings_for(w.clock);
  settings.availability = std::make_shared<document_availability>(w.clock);
  client_metadata metadata;
  metadata.jwks_uri = w.host.url("/down");
  w.answers(answer_with("", {}, 500));
  BOOST_TEST(!await(client_documents(settings).keys_of(metadata)).has_value());
  BOOST_TEST(settings.availability->available());
}

BOOST_AUTO_TEST_CASE(a_pinned_client_is_never_fetched) {
  world w;
  auto settings = settings_for(w.clock);
  client known;
  known.id = w.host.url();
  known.metadata.client_name = "Pinned";
  settings.pinned.emplace(known.id, known);
  client_documents const documents(settings);
  BOOST_TEST(await(documents.find(known.id)).value().metadata.client_name == "Pinned");
  BOOST_TEST(w.host.visits() == 0);
  w.answers(answer_with(w.host.document({}, "/other")));
  BOOST_TEST(await(documents.find(w.host.url("/other"))).has_value());

  settings.fetches = false;
  client_documents const closed(settings);
  BOOST_TEST(await(closed.find(known.id)).has_value());
  BOOST_TEST((await(closed.find(w.host.url("/other"))).error() == oauth_errc::unknown_client));
  known.metadata.jwks_uri = w.host.url("/keys");
  BOOST_TEST((await(closed.keys_of(known.metadata)).error() == oauth_errc::authentication_failed));
  BOOST_TEST(w.host.visits() == 1);
}

BOOST_AUTO_TEST_CASE(a_known_document_stands_in_while_it_cannot_be_fetched_and_never_else) {
  struct {
    std::string answer, name;
  } const cases[] = {
      {answer_with("", {}, 403), "Known"}, {answer_with("", {}, 503), "Known"}, {"", "Known"},
      {answer_with("", {}, 404), "none"},  {answer_with("{}"), "none"},         {"good", "A client"}};
  for (auto const& each : cases) {
    world w;
    w.answers(each.answer == "good" ? answer_with(w.host.document()) : each.answer);
    auto settings = settings_for(w.clock);
    settings.availability = std::make_shared<document_availability>(w.clock);
    client known;
    known.id = w.host.url();
    known.metadata.client_name = "Known";
    settings.fallback.emplace(known.id, known);
    client_documents const documents(settings);
    for (int again = 0; again != 2; ++again) {
      auto const found = await(documents.find(known.id));
      BOOST_TEST((found ? found->metadata.client_name : "none") == each.name, each.answer);
    }
    BOOST_TEST(settings.availability->available() == (each.name != "Known"));
    BOOST_TEST(w.host.visits() == 1);
  }
}

BOOST_AUTO_TEST_CASE(keys_are_in_the_document_or_where_it_says) {
  world w;
  std::string const key =
      R"({"kty":"EC","kid":"1","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
      R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})";  // RFC 7517 appendix A.1
  client_metadata metadata;
  metadata.jwks = "{\"keys\":[" + key + "]}";
  BOOST_TEST(await(w.documents.keys_of(metadata)).value()->keys().size() == 1u);
  BOOST_TEST(w.host.visits() == 0);
  metadata.jwks = "{}";
  BOOST_TEST((await(w.documents.keys_of(metadata)).error() == oauth_errc::authentication_failed));

  metadata.jwks.clear();
  metadata.jwks_uri = w.host.url("/keys");
  w.answers(answer_with("{\"keys\":[" + key + "]}"));
  BOOST_TEST(await(w.documents.keys_of(metadata)).value()->find("1") != nullptr);
  BOOST_TEST(await(w.documents.keys_of(metadata, 30s)).has_value());
  BOOST_TEST(w.host.visits() == 1);
  w.clock.advance(30s);
  BOOST_TEST(await(w.documents.keys_of(metadata, 30s)).has_value());
  BOOST_TEST(w.host.visits() == 2);

  for (std::string const bad : {"http://127.0.0.1/keys", "", "x"}) {
    metadata.jwks_uri = bad;
    BOOST_TEST((await(w.documents.keys_of(metadata)).error() == oauth_errc::authentication_failed), bad);
  }
  metadata.jwks_uri = w.host.url("/none");
  w.answers(answer_with("{\"keys\":[]}"));
  BOOST_TEST((await(w.documents.keys_of(metadata)).error() == oauth_errc::authentication_failed));
  metadata.jwks_uri = w.host.url("/down");
  w.answers(answer_with("", {}, 500));
  BOOST_TEST((await(w.documents.keys_of(metadata)).error() == oauth_errc::document_unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
