// mcpawl/mcp/offer/server_options.hpp - the settings of a server that concern the protocol
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/mcp/types/cache_hint.hpp>
#include <mcpawl/reflect/decode_options.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace mcpawl {

/** How long clients may keep what they were told; what is read has hints of its own, resource by resource. */
struct cache_hints {
  cache_hint discovery = {}, tools = {}, prompts = {}, resources = {}, templates = {};
};

/** The settings of a server that concern the protocol, not the transport. */
struct server_options {
  std::string instructions;  ///< For the model: how to use this server. Empty for none.
  /** What tools and prompts let pass that their structs do not describe: arguments that nobody declared,
      nulls for those that may be left out. Refused unless told; a handle can tell for its own. Tools of the
      raw level go by their schemas. */
  decode_options arguments = {};
  std::size_t page_size = 0;  ///< Entries per page of a list; 0 for all on one page.
  std::chrono::seconds session_lifetime{24 * 60 * 60};  ///< After which a client must open a new session.
  std::chrono::seconds session_idle{60 * 60};           ///< Without a message of its client a session ends.
  std::size_t max_sessions = 10'000;                    ///< At once; over it the longest idle leaves.
  std::size_t max_subscriptions = 1024;                 ///< Streams of `subscriptions/listen` at once.
  /** How long a call waits for its client's response. */
  std::chrono::milliseconds client_response_timeout{5 * 60 * 1000};
  /** How long a client may take to come back with its responses. */
  std::chrono::seconds client_request_lifetime{10 * 60};
  /** Keys of 32 random bytes that seal session ids and the state of calls, the sealing one first: two servers
      with the same keys read each other's, and so does one that was restarted. Empty for a random key. */
  std::vector<secret> keys = {};
  /** Where instances of the server share what they have to know of each other's sessions: an answer to a question, a
      cancellation, a subscription or the end of a session then may come to any of them. It carries messages, too
      (`kv_store::make_channel`). All instances have the same `keys` and the same name. Null for a single process. */
  std::shared_ptr<kv_store> shared_store = nullptr;
  clock const* time = &clock::system();
  cache_hints cache = {};
};

}  // namespace mcpawl
