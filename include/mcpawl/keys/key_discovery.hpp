// mcpawl/keys/key_discovery.hpp - asks an issuer where its keys are
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/share_of_time.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/keys/discovery.hpp>
#include <mcpawl/keys/key_origin.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** Ask an issuer's metadata for the address of its keys.

    The document for OpenID Connect and that of RFC 8414 are tried in turn; the first that is good counts. A
    share of the time until `deadline` is left for fetching the keys.

    @par Errors
    Those of `http::fetch` and of `oauth::read_jwks_uri`, or `no_discovery_document` for another status than
    200: what was wrong with the last document, or with the last one that was there at all.
*/
inline task<result<http::origin_url>> discover_keys(std::shared_ptr<key_origin const> origin,
                                                    http::tls_trust trust, std::size_t max_bytes,
                                                    std::chrono::steady_clock::time_point deadline,
                                                    logger log) {
  error_code why = auth_errc::no_keys_address;
  bool there = false;
  std::size_t left = origin->metadata().size();
  for (http::origin_url const& url : origin->metadata()) {
    http::fetch_request request(url);
    request.field("Accept", "application/json");
    request.timeout(share_of_time(deadline, left-- + 1));
    request.max_body_bytes(max_bytes);
    auto response = co_await http::fetch(std::move(request), trust);
    error_code wrong;
    if (!response) {
      wrong = response.error();
    } else if (response->status != 200) {
      wrong = auth_errc::no_discovery_document;
    } else {
      auto found = oauth::read_jwks_uri(response->body, origin->issuer());
      if (found) co_return found;
      wrong = found.error();
    }
    bool const document = response && response->status == 200;
    auto const status = std::to_string(response ? response->status : 0);
    // most issuers have only one of the documents
    auto const level = response && response->status == 404 ? log_level::debug : log_level::info;
    log.write(level, "issuer_metadata_unusable",
              {{"url", url.origin() + url.target()}, {"reason", wrong.message()}, {"status", status}});
    if (document || !there) why = wrong;
    there = there || document;
  }
  co_return why;
}

}  // namespace mcpawl::detail
