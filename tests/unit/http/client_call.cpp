// tests/unit/http/client_call.cpp - what observers are told of a request to another server, and what that server is told
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/client_call.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace http_client_call {

using namespace mcpawl;
using http::http_errc;
using http::detail::client_call;

namespace {

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct kept : observer {
  explicit kept(bool traces) : traces_(traces) {}
  bool wants_traces() const override { return traces_; }
  void on_client_request(client_request_record const& r) override {
    method = r.http_method;
    host = r.host;
    error = r.error_type;
    span = r.trace.span_id;
    sampled = r.trace.sampled;
    port = r.port;
    status = r.status;
    ++count;
  }
  bool traces_, sampled = false;
  std::string method, host, error, span;
  int port = 0, status = -1, count = 0;
};
struct failing : observer {
  void on_client_request(client_request_record const&) override { throw std::runtime_error("no"); }
};

task<result<http::fetch_response>> throwing() {
  throw std::runtime_error("cancelled");
  co_return make_error_code(http_errc::connect_failed);
}

}  // namespace

}  // namespace http_client_call

BOOST_AUTO_TEST_SUITE(http_client_call_tests)

using namespace http_client_call;

BOOST_AUTO_TEST_CASE(a_request_gets_a_span_where_somebody_wants_traces) {
  kept traced(true), counting(false);
  failing bad;
  auto const url = http::origin_url::parse("https://api.example.com:8443/secret?q").value();
  detail::observation const all({&bad, &traced, &counting}, secret());
  client_call call(all, "POST", url, true, parent);
  BOOST_TEST(call.traceparent().substr(0, 36) == parent.substr(0, 36));
  BOOST_TEST(call.traceparent().substr(36, 16) != parent.substr(36, 16));
  call.end(503);
  for (auto* each : {&traced, &counting}) {
    BOOST_TEST(each->count == 1);
    BOOST_TEST(each->method == "POST");
    BOOST_TEST(each->host == "api.example.com");
    BOOST_TEST(each->port == 8443);
    BOOST_TEST(each->status == 503);
    BOOST_TEST(each->error == "503");
    BOOST_TEST(each->span == call.traceparent().substr(36, 16));
    BOOST_TEST(each->sampled);
  }
}

BOOST_AUTO_TEST_CASE(without_anybody_who_wants_traces_the_call_itself_is_named) {
  kept counting(false);
  detail::observation const none({}, secret()), one({&counting}, secret());
  auto const url = http::origin_url::parse("https://api.example.com").value();
  BOOST_TEST(client_call(none, "GET", url, true, parent).traceparent() == parent);
  client_call call(one, "BREW", url, true, parent);
  BOOST_TEST(call.traceparent() == parent);
  call.end(200);
  BOOST_TEST(counting.method == "_OTHER");
  BOOST_TEST(counting.span == "");
  BOOST_TEST(counting.error == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_traceparent_is_passed_on_and_is_no_span) {
  kept traced(true);
  detail::observation const one({&traced}, secret());
  auto const url = http::origin_url::parse("https://api.example.com").value();
  std::string upper(parent), quoted(parent), longer(parent), later(parent);
  upper[10] = 'A';
  quoted[10] = '"';
  longer += "-x";
  later[1] = '1';
  for (std::string const& text : {std::string(), std::string("x"), upper, quoted, longer, later}) {
    client_call call(one, "GET", url, true, text);
    BOOST_TEST(call.traceparent() == text);
    call.end(200);
    BOOST_TEST(traced.span == "");
  }
}

BOOST_AUTO_TEST_CASE(errors_have_names_of_a_closed_set) {
  kept traced(true);
  detail::observation const one({&traced}, secret());
  auto const url = http::origin_url::parse("https://api.example.com").value();
  auto const name_of = [&](error_code why) {
    client_call(one, "GET", url, true, parent).end(why);
    return traced.error;
  };
  BOOST_TEST(name_of(make_error_code(http_errc::connect_timed_out)) == "connect_timed_out");
  BOOST_TEST(name_of(make_error_code(http_errc::certificate_refused)) == "certificate_refused");
  BOOST_TEST(name_of(make_error_code(http_errc::bad_url)) == "_OTHER");
  BOOST_TEST(name_of(error_code(5, boost::system::system_category())) == "_OTHER");
  BOOST_TEST(traced.status == 0);
}

BOOST_AUTO_TEST_CASE(one_that_is_cancelled_is_told_and_goes_on_failing) {
  kept traced(true);
  detail::observation const one({&traced}, secret());
  auto const url = http::origin_url::parse("https://api.example.com").value();
  client_call call(one, "GET", url, true, parent);
  boost::asio::io_context io;
  bool failed = false;
  auto asking = http::detail::told(call, throwing());
  boost::asio::co_spawn(io, std::move(asking),
                        [&](std::exception_ptr e, result<http::fetch_response>) { failed = e != nullptr; });
  io.run();
  BOOST_TEST(failed);
  BOOST_TEST(traced.error == "cancelled");
  BOOST_TEST(traced.count == 1);
}

BOOST_AUTO_TEST_SUITE_END()
