// tests/stores/postgres_checks.cpp - which servers and URLs are refused, who is let in, and what is told about it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/postgres_client.hpp>
#include <mcpawl/store/postgres_fitness.hpp>
#include <mcpawl/store/postgres_session.hpp>
#include <mcpawl/store/postgres_store.hpp>
#include <mcpawl/store/postgres_target.hpp>

#include "../support/becomes_true.hpp"
#include "../unit/http/certificates.hpp"
#include "../unit/store/await.hpp"
#include "postgres_backend.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace postgres_checks {

using namespace mcpawl;

namespace {

struct refusal {
  error_code code;
  std::vector<std::string> why;
};

refusal refused(std::string const& url, postgres_options const& options = {}) {
  refusal out;
  auto const opened = postgres_store::open(url, options, mcpawl::clock::system(), out.why);
  if (!opened) out.code = opened.error();
  return out;
}

bool says(refusal const& what, std::string const& words) {
  return std::any_of(what.why.begin(), what.why.end(),
                     [&](std::string const& each) { return each.find(words) != std::string::npos; });
}

/** The shared server, and a database of this test's own. */
struct fixture {
  stores::postgres_server& server = stores::postgres_server::shared();
  std::string url = "postgresql://postgres@127.0.0.1:" + std::to_string(server.port()) + "/checks";

  fixture() {
    server.sql("DROP DATABASE IF EXISTS checks WITH (FORCE)");
    server.sql("CREATE DATABASE checks");
  }
  void sql(std::string const& text) const { server.sql(text, "checks"); }
};

}  // namespace

}  // namespace postgres_checks

BOOST_FIXTURE_TEST_SUITE(postgres_checks, fixture)

BOOST_AUTO_TEST_CASE(both_forms_of_the_url_open_it) {
  for (std::string const form : {"postgresql", "postgres"}) {
    auto const opened = open_store<postgres_store>(form + url.substr(url.find(':')));
    BOOST_TEST_REQUIRE(opened.has_value());
    BOOST_TEST(await((*opened)->put(store_write("k", "v"))).has_value());
  }
  for (auto const* other : {"postgresql:", "postgresq://x", "http://x", "/postgresql://x", "memory:", ""})
    BOOST_TEST(!postgres_store::takes_url(other), other);
}

BOOST_AUTO_TEST_CASE(a_url_that_is_wrong_is_refused_without_what_it_holds) {
  for (std::string const bad :
       {"postgresql://me:hush@host:nonsense/x", "postgresql://me:hush@[::1/x",
        "postgresql://me:hush@h/x?nonsense=1", "postgresql://me:hush@h/x?service=s",
        "postgresql://me:hush@h/x?sslmode=disable", "postgresql://me:hush@h/x?sslmode=prefer",
        "postgresql://me:hush@h/x?sslmode=allow&hostaddr=192.0.2.1",
        "postgresql://me:hush@localhost/x?hostaddr=192.0.2.1&sslmode=disable",
        "postgresql://me:hush@127.0.0.1,192.0.2.1/x?sslmode=disable",
        "postgresql://me:hush@a,b,c,d,e,f,g,h,i/x"}) {
    auto const refusal = refused(bad);
    BOOST_TEST((refusal.code == store_errc::cannot_open), bad);
    BOOST_TEST(refusal.why.size() == 1u, bad);
    BOOST_TEST(!says(refusal, "hush"), bad);
    BOOST_TEST(!says(refusal, "192.0.2"), bad);
  }
  BOOST_TEST((refused(url + std::string("\0x", 2)).code == store_errc::cannot_open));
  BOOST_TEST(says(refused("postgresql://h/x?sslmode=disable"), "sslmode must be verify-full"));
}

BOOST_AUTO_TEST_CASE(what_is_beyond_this_machine_is_asked_for_with_tls) {
  std::vector<std::string> why;
  auto const mode = [&](std::string const& of, bool plain = false) {
    auto const parsed = mcpawl::detail::postgres_target::parse(of, plain, why);
    auto const& first = parsed.value().servers().front();
    auto const at = first.find("sslmode");
    return at == first.end() ? std::string("unset") : at->second;
  };
  BOOST_TEST(mode("postgresql://db.example.com/x") == "verify-full");
  BOOST_TEST(mode("postgresql://192.0.2.1/x") == "verify-full");
  BOOST_TEST(mode("postgresql://db.example.com/x?sslmode=verify-ca") == "verify-ca");
  BOOST_TEST(mode("postgresql://db.example.com/x?sslmode=disable", true) == "disable");
  for (auto const* here : {"postgresql://127.0.0.1/x", "postgresql://127.8.9.1/x", "postgresql://[::1]/x",
                           "postgresql://localhost/x", "postgresql:///x?host=/run/postgresql"})
    BOOST_TEST(mode(here) == "unset", here);
  // a name is no address of this machine because it begins like one
  BOOST_TEST(mode("postgresql://127.0.0.1.example.com/x") == "verify-full");
  BOOST_TEST(mode("postgresql://localhost.example.com/x") == "verify-full");
  auto const several = mcpawl::detail::postgres_target::parse("postgresql://a:1,b:2,c/x", false, why);
  BOOST_TEST_REQUIRE(several.value().servers().size() == 3u);
  BOOST_TEST(several->servers()[1].at("host") == "b");
  BOOST_TEST(several->servers()[1].at("port") == "2");
  BOOST_TEST(!several->servers()[2].contains("port"));
  BOOST_TEST(why.empty());
}

BOOST_AUTO_TEST_CASE(a_schema_of_somebody_else_or_of_a_newer_version_is_left_alone) {
  sql("CREATE SCHEMA mcpawl; CREATE TABLE mcpawl.entry (mine int)");
  auto const foreign = refused(url);
  BOOST_TEST((foreign.code == store_errc::foreign));
  BOOST_TEST(says(foreign, "has a schema mcpawl that mcpawl has not made"));
  sql("DROP SCHEMA mcpawl CASCADE");
  BOOST_TEST((refused(url).code == error_code{}));
  sql("UPDATE mcpawl.about SET version = 2");
  BOOST_TEST((refused(url).code == store_errc::newer_schema));
  sql("UPDATE mcpawl.about SET version = 1, product = 'another'");
  BOOST_TEST((refused(url).code == store_errc::foreign));
}

BOOST_AUTO_TEST_CASE(many_that_open_an_empty_database_at_once_make_one_schema) {
  std::vector<std::thread> all;
  std::atomic<int> good{0};
  for (int i = 0; i != 6; ++i) {
    all.emplace_back([&] {
      auto const opened = postgres_store::open(url);
      if (opened && await((*opened)->put(store_write("k", "v")))) ++good;
    });
  }
  for (auto& each : all) each.join();
  BOOST_TEST(good == 6);
}

BOOST_AUTO_TEST_CASE(a_role_needs_no_more_than_it_is_told) {
  server.sql("DROP ROLE IF EXISTS small");
  server.sql("CREATE ROLE small LOGIN");
  std::string const as_small = "postgresql://small@127.0.0.1:" + std::to_string(server.port()) + "/checks";
  auto const refusal = refused(as_small);
  BOOST_TEST((refusal.code == store_errc::permissions));
  BOOST_TEST(says(refusal, "GRANT CREATE ON DATABASE"));
  BOOST_TEST((refused(url).code == error_code{}));
  BOOST_TEST((refused(as_small).code == store_errc::read_only));
  sql("GRANT USAGE ON SCHEMA mcpawl TO small; GRANT SELECT ON mcpawl.about TO small;"
      "GRANT SELECT, INSERT, UPDATE, DELETE ON mcpawl.entry TO small");
  auto const store = stores::open_postgres(as_small);
  BOOST_TEST(await(store->put(store_write("k", "v"))).has_value());
  BOOST_TEST(await(store->take("k", durability::power_loss)).value().has_value());
  BOOST_TEST(await(store->purge(10)).has_value());
  sql("REVOKE UPDATE ON mcpawl.entry FROM small");
  BOOST_TEST((await(store->take("k", durability::relaxed)).error() == store_errc::read_only));
  sql("DROP OWNED BY small");
  server.sql("DROP ROLE small");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_there_is_told_in_time) {
  std::string const nowhere =
      "postgresql://postgres:hush@127.0.0.1:" + std::to_string(stores::free_port()) + "/x";
  auto const refusal = refused(nowhere);
  BOOST_TEST((refusal.code == store_errc::unreachable));
  BOOST_TEST(says(refusal, "nobody listens"));
  BOOST_TEST(refusal.why.size() == 1u);
  auto const no_database = refused(url + "_not");
  BOOST_TEST((no_database.code == store_errc::cannot_open));
  BOOST_TEST(says(no_database, "no such database"));
  // of several the one that is there is used
  auto const both = "postgresql://postgres@127.0.0.1:" + std::to_string(stores::free_port()) +
                    ",127.0.0.1:" + std::to_string(server.port()) + "/checks";
  BOOST_TEST((refused(both).code == error_code{}));
}

BOOST_AUTO_TEST_CASE(the_setting_tells_all_that_is_wrong_with_a_server) {
  stores::postgres_server unfit({"fsync=off", "default_transaction_read_only=on"});
  settings from([&](std::string const& name) -> std::optional<std::string> {
    if (name != "OAUTH_KV") return std::nullopt;
    return unfit.url();
  });
  BOOST_TEST((open_store<postgres_store>(from) == nullptr));
  try {
    from.throw_if_invalid();
    BOOST_ERROR("nothing was wrong");
  } catch (configuration_error const& e) {
    std::vector<std::string> const expected{
        "OAUTH_KV cannot be opened: the PostgreSQL server only reads (transaction_read_only)",
        "OAUTH_KV cannot be opened: the PostgreSQL server runs with fsync = off, which loses what was acknowledged"};
    BOOST_TEST((e.errors() == expected));
  }
}

BOOST_AUTO_TEST_CASE(clocks_that_differ_by_more_than_five_seconds_are_refused) {
  mcpawl::detail::postgres_facts facts;
  facts.version = 150000;
  facts.schema = 1;
  for (double const offset : {-4.9, 0.0, 4.9}) {
    facts.clock_offset = offset;
    std::vector<std::string> why;
    BOOST_TEST(!mcpawl::detail::find_postgres_faults(facts, true, why));
  }
  for (double const offset : {-3600.0, 5.1}) {
    facts.clock_offset = offset;
    std::vector<std::string> why;
    BOOST_TEST((mcpawl::detail::find_postgres_faults(facts, true, why) == store_errc::unfit));
    BOOST_TEST(!mcpawl::detail::find_postgres_faults(facts, false, why));
  }
}

BOOST_AUTO_TEST_CASE(tls_and_passwords) {
  http_test::certificate_plan ca_plan;
  ca_plan.authority = true;
  auto const authority = http_test::make_certificate("test authority", ca_plan);
  auto const stranger = http_test::make_certificate("another authority", ca_plan);
  http_test::certificate_plan named;
  named.names = "DNS:localhost";
  auto const certificate = http_test::make_certificate("localhost", named, &authority);
  stores::postgres_server secured;
  auto const crt = secured.write("server.crt", certificate.pem()),
             key = secured.write("server.key", certificate.key_pem());
  auto const root = secured.write("root.crt", authority.pem()),
             other = secured.write("other.crt", stranger.pem());
  secured.sql("CREATE ROLE me LOGIN PASSWORD 'hush'");
  secured.sql("CREATE DATABASE mine OWNER me");
  secured.sql("ALTER SYSTEM SET ssl_cert_file = '" + crt + "'");
  secured.sql("ALTER SYSTEM SET ssl_key_file = '" + key + "'");
  secured.sql("ALTER SYSTEM SET ssl = on");
  secured.write("data/pg_hba.conf",
                "host all postgres 127.0.0.1/32 trust\nhostssl all me 127.0.0.1/32 scram-sha-256\n");
  secured.restart(SIGINT);
  std::string const tail = "@localhost:" + std::to_string(secured.port()) + "/mine?hostaddr=127.0.0.1";
  std::string const good = "postgresql://me:hush" + tail + "&sslmode=verify-full&sslrootcert=" + root;
  {
    auto const store = stores::open_postgres(good);
    BOOST_TEST(await(store->put(store_write("k", std::string(max_store_value, 'v')))).has_value());
    BOOST_TEST(await(store->get("k")).value()->value.size() == max_store_value);
    BOOST_TEST(secured.sql("SELECT bool_and(ssl)::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                           " WHERE usename = 'me'") == "true");
    secured.restart(SIGQUIT);
    BOOST_TEST(await(store->get("k")).has_value());
  }
  auto const wrong_password =
      refused("postgresql://me:guess" + tail + "&sslmode=verify-full&sslrootcert=" + root);
  BOOST_TEST((wrong_password.code == store_errc::permissions));
  BOOST_TEST(says(wrong_password, "does not take this password"));
  auto const strange = refused("postgresql://me:hush" + tail + "&sslmode=verify-full&sslrootcert=" + other);
  BOOST_TEST((strange.code == store_errc::cannot_open));
  BOOST_TEST(says(strange, "not of the authority in sslrootcert"));
  auto const rootless = refused("postgresql://me:hush" + tail + "&sslmode=verify-full&sslrootcert=/nowhere");
  BOOST_TEST(says(rootless, "there is no root certificate"));
  auto const another = refused("postgresql://me:hush@127.0.0.1:" + std::to_string(secured.port()) +
                               "/mine?sslmode=verify-full&sslrootcert=" + root);
  BOOST_TEST(says(another, "for another name"));
  auto const plain = refused("postgresql://me:hush" + tail + "&sslmode=disable");
  BOOST_TEST((plain.code == store_errc::permissions));
  for (auto const& each : {wrong_password, strange, rootless, another, plain}) {
    BOOST_TEST(each.why.size() == 1u);
    for (auto const* hidden : {"hush", "guess", "localhost", "127.0.0.1", "mine"})
      BOOST_TEST(!says(each, hidden));
  }
}

BOOST_AUTO_TEST_CASE(a_clock_that_differs_is_told_and_known) {
  // this database's own; what is built in is called as such unless it is SQL, which is put in its place
  auto const set_clock = [this](std::string const& ahead) {
    sql("CREATE OR REPLACE FUNCTION public.other_clock() RETURNS timestamptz VOLATILE LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN statement_timestamp() + interval '" +
        ahead + "'; END $$");
  };
  set_clock("0 seconds");
  sql("SET allow_system_table_mods = on; CREATE OR REPLACE FUNCTION pg_catalog.clock_timestamp()"
      " RETURNS timestamptz VOLATILE LANGUAGE sql AS $$ SELECT public.other_clock() $$");
  set_clock("3 seconds");
  std::mutex mutex;
  std::string lines;
  postgres_options options;
  options.log = logger(log_level::info, [&](log_level, std::string_view line) {
    std::lock_guard const lock(mutex);
    lines += std::string(line) + '\n';
  });
  auto const store = stores::open_postgres(url, clock::system(), options);
  BOOST_TEST(support::becomes_true([&] { return store->clock_offset() > std::chrono::milliseconds{2500}; }));
  BOOST_TEST((store->clock_offset() < std::chrono::milliseconds{3500}));
  BOOST_TEST(support::becomes_true([&] {
    std::lock_guard const lock(mutex);
    return lines.find("postgres_clock_differs milliseconds=") != std::string::npos;
  }));

  // it is asked again and again
  std::vector<std::string> why;
  auto target = detail::postgres_target::parse(url, false, why).value();
  auto again = detail::postgres_target::parse(url, false, why).value();
  detail::postgres_session session(-1);
  BOOST_TEST(
      !session.connect(target.servers()[0], std::chrono::steady_clock::now() + std::chrono::seconds{5}));
  BOOST_TEST(!session.prepare(detail::postgres_use::relaxed));
  detail::postgres_client client(std::move(again), std::move(session).take(), 1, 1, logger::none(),
                                 std::chrono::milliseconds{20});
  auto const is_about = [&client](std::chrono::milliseconds what) {
    return support::becomes_true([&] {
      auto const off = client.clock_offset() - what;
      return off > std::chrono::milliseconds{-500} && off < std::chrono::milliseconds{500};
    });
  };
  BOOST_TEST(is_about(std::chrono::milliseconds{3000}));
  set_clock("-2 seconds");
  BOOST_TEST(is_about(std::chrono::milliseconds{-2000}));
  set_clock("10 milliseconds");
  BOOST_TEST(is_about(std::chrono::milliseconds{10}));
  set_clock("6 seconds");
  BOOST_TEST(says(refused(url), "clock"));
}

BOOST_AUTO_TEST_SUITE_END()
