// mcpawl/http_client.ipp - the bodies of http_client.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/client_call.hpp>
#include <mcpawl/http/connection_pool.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/http_client.hpp>
#include <mcpawl/observe/observation.hpp>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// GCC 12 sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl {

struct http_client::state {
  state(http_client_options given, std::optional<http::origin_url> of, http::tls_trust trust)
      : options(std::move(given)),
        base(std::move(of)),
        observed(options.observers, secret()),
        pool(std::move(trust), limits()) {}

  bool allows(http::origin_url const& url) const {
    if (base && base->origin() != url.origin()) return false;
    return url.is_secure() || url.is_loopback() || options.plain_http;
  }

  http_client_options options;
  std::optional<http::origin_url> base;
  detail::observation observed;
  http::detail::connection_pool pool;

private:
  http::detail::pool_limits limits() const {
    http::detail::pool_limits out;
    out.connect_timeout = options.connect_timeout;
    out.max_idle_per_origin = options.max_idle_per_origin;
    out.max_idle = options.max_idle;
    out.max_idle_time = options.max_idle_time;
    return out;
  }
};

namespace detail {

/** The authorities of a file, or of the system if there is no name. */
MCPAWL_DECL result<http::tls_trust> trust_of(std::string const& ca_file) {
  if (ca_file.empty()) return http::tls_trust::system();
  std::ifstream file(ca_file, std::ios::binary);
  if (!file) return make_error_code(http::http_errc::trust_unusable);
  std::string const text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return http::tls_trust::from_pem(text);
}

}  // namespace detail

MCPAWL_DECL http_client::http_client(http_client_options options) {
  std::vector<std::string> errors = options.validate();
  auto trust = detail::trust_of(options.ca_file);
  if (!trust)
    errors.push_back(options.ca_file.empty()
                         ? std::string("the certificate authorities of the system cannot be read")
                         : "ca_file " + options.ca_file + " cannot be read, or holds no certificates in PEM");
  if (!errors.empty()) throw configuration_error(std::move(errors), "the options of an HTTP client");
  std::optional<http::origin_url> base;
  if (!options.base_url.empty()) base = *http::origin_url::parse(options.base_url);
  state_ = std::make_shared<state const>(std::move(options), std::move(base), std::move(*trust));
}

MCPAWL_DECL http_request http_client::request(std::string_view method, http_path path) const {
  auto const& base = state_->base;
  http_request made(method, base ? base->origin() : std::string(), base ? base->target() : std::string());
  if (!base) made.refuse(http::http_errc::bad_url);
  if (made.path_.ends_with('/')) made.path_.pop_back();
  made.path_ += path.view();
  return made;
}

MCPAWL_DECL http_request http_client::request(std::string_view method, http::origin_url const& url) const {
  return http_request(method, url);
}

MCPAWL_DECL task<result<http_response>> http_client::send(http_request const& request) const {
  return run(state_, request);
}

MCPAWL_DECL task<result<http_response>> http_client::run(std::shared_ptr<state const> with,
                                                         http_request request) {
  if (request.refused_) co_return make_error_code(*request.refused_);
  auto const url = http::origin_url::parse(request.url());
  if (!url) co_return url.error();
  if (!with->allows(*url)) co_return make_error_code(http::http_errc::origin_refused);
  http_client_options const& options = with->options;
  http::fetch_request fetched(*url);
  fetched.method(request.method_)
      .user_agent(options.user_agent)
      .timeout(request.timeout_.value_or(options.timeout))
      .max_body_bytes(request.max_response_bytes_.value_or(options.max_response_bytes))
      .max_header_bytes(options.max_header_bytes);
  if (options.only_public_addresses) fetched.only_public_addresses();
  http::detail::client_call call(with->observed, request.method_, *url, with->base.has_value(),
                                 request.traceparent());
  for (auto const& [name, value] : request.fields_)
    fetched.field(name, http::iequals(name, "traceparent") ? call.traceparent() : std::string_view(value));
  if (request.body_) fetched.body(std::move(*request.body_));
  auto asking = http::detail::told(call, with->pool.fetch(std::move(fetched)));
  auto answer = co_await std::move(asking);
  if (!answer) co_return answer.error();
  co_return http_response(std::move(*answer));
}

}  // namespace mcpawl

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
