// tests/fuzz/upstream_answer.cpp - answers of an upstream from anywhere: tokens that can be sent on, or a
// refusal
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/upstream/upstream_answer.hpp>
#include <mcpawl/oauth/upstream/upstream_endpoints.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using mcpawl::oauth::oauth_errc;
  std::string_view const body(reinterpret_cast<char const*>(data), size);
  mcpawl::http::fetch_response answer;
  answer.content_type = "application/json";
  answer.body = body;
  for (int const status : {200, 400}) {
    answer.status = status;
    mcpawl::oauth::upstream_report report;
    auto const read = mcpawl::oauth::read_upstream_answer(answer, report);
    if (report.error.size() > 64 || report.description.size() > 256) std::abort();
    if (read) {
      if (status != 200 || read->expires_in.value_or(0) < 0) std::abort();
      for (char const c : read->access_token.reveal())
        if (c <= ' ' || c > '~') std::abort();
    } else if (read.error() != oauth_errc::upstream_unavailable && status == 200) {
      std::abort();
    }
  }
  auto const found = mcpawl::oauth::read_upstream_endpoints(body, "https://a.example/t");
  if (found && (!found->authorization.is_secure() || !found->token.is_secure())) std::abort();
  return 0;
}
