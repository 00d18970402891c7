// mcpawl/test/client_options.hpp - how a test client speaks, what it can be asked, how long it waits
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/mcp/types/client_profile.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace mcpawl::test {

/** All revisions, oldest first, to run a test in each. */
inline constexpr std::array<revision, 5> all_revisions{revision::v2024_11_05, revision::v2025_03_26,
                                                       revision::v2025_06_18, revision::v2025_11_25,
                                                       revision::v2026_07_28};

/** How a `client` speaks. */
struct client_options {
  mcpawl::revision revision = mcpawl::revision::v2026_07_28;  ///< Those before open a session first.
  /** How long one call may take, questions included; then it is cancelled and fails. */
  std::chrono::milliseconds timeout{5'000};
  /** What it says it can be asked, in every revision. A tool that asks for more is refused, as by such a client. */
  std::vector<client_capability> capabilities = {client_capability::form, client_capability::url,
                                                 client_capability::sampling,
                                                 client_capability::sampling_tools, client_capability::roots};
  /** The least level of the log messages it asks for; nothing to ask for none. */
  std::optional<message_level> log_messages = message_level::debug;
  std::string name = "mcpawl-test";  ///< Of the client, as the server is told.
  limits bounds = {};                ///< Of the server; those of HTTP do not count.
};

}  // namespace mcpawl::test
