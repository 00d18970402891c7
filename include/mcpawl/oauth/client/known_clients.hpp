// mcpawl/oauth/client/known_clients.hpp - documents of two widely used clients, for when theirs cannot be fetched
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/oauth/client/pinned_client.hpp>

#include <string>
#include <vector>

namespace mcpawl::oauth {

/** What Claude Code and Codex publish about themselves, as far as it has a meaning here.

    Both keep the URL that they began with, and go on to use it when the metadata no longer advertises
    documents: where their hosts cannot be reached, nothing but their document lets them in. A copy takes its
    place only while it cannot be fetched; what can be fetched decides.

    That adds no trust: both are public clients whose responses go to a loopback address, where any program on
    that machine could name the same client_id, with the published document as with this one. So no client
    with a redirect URI elsewhere, or with a key, belongs here.
*/
inline std::vector<std::string> known_client_documents() {
  pinned_client claude_code{.client_id = "https://claude.ai/oauth/claude-code-client-metadata",
                            .client_name = "Claude Code"};
  claude_code.redirect_uris = {"http://localhost/callback", "http://127.0.0.1/callback"};
  pinned_client codex{.client_id = "https://chatgpt.com/oauth/codex/client.json", .client_name = "Codex"};
  codex.redirect_uris = {"http://127.0.0.1/callback", "http://localhost/callback"};
  std::vector<std::string> out;
  out.push_back(claude_code.json());
  out.push_back(codex.json());
  return out;
}

}  // namespace mcpawl::oauth
