// mcpawl/http/fetch.hpp - asks another server, over verified TLS, within one deadline and bounded memory
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/tls.hpp>

namespace mcpawl::http {

/** Ask another server and wait for its whole response.

    One deadline covers everything. A redirect is a response like any other. Each call makes a connection of
    its own. Whether plain http is acceptable is the caller's decision: the URL is followed as it is.

    Names are resolved by `fetch_request::names`. Without it that is `name_resolver::of_operators`, or
    `of_strangers` for a request with `only_public_addresses`.

    Memory stays within the bounds of the request and about 40 KiB, whatever the server sends.

    @par Errors
    `http_errc::resolve_failed`, `resolver_busy`, `address_refused`, `connect_failed`, `tls_failed`,
    `certificate_refused`, `fetch_timed_out`, `bad_answer`, `answer_too_large`, `answer_cut_short`,
    `answer_encoded`; `bad_request` if the method is not a token.

    @par Lifetime
    The task owns what it was given.

    @par Cancellation
    Ends the fetch at its next step.

    @par Example
    @code
    http::fetch_request request(*http::origin_url::parse("https://example.com/certs"));
    request.timeout(std::chrono::seconds{5});
    auto const answer = co_await http::fetch(std::move(request), trust);
    if (answer && answer->status == 200) use(answer->body);
    @endcode
*/
MCPAWL_DECL task<result<fetch_response>> fetch(fetch_request request, tls_trust trust);

}  // namespace mcpawl::http

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/http/fetch.ipp>
#endif
