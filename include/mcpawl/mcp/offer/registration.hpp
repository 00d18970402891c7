// mcpawl/mcp/offer/registration.hpp - put entries into a server, and everything that can be wrong with them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/mcp/offer/prompt.hpp>
#include <mcpawl/mcp/offer/resource.hpp>
#include <mcpawl/mcp/offer/resource_template.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/offer/tool.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

MCPAWL_DECL std::string quoted(std::string_view kind, std::string_view name);

/** JSON text without the white space between its parts: a message must fit on one line. */
MCPAWL_DECL std::string without_white_space(std::string_view json);

MCPAWL_DECL tool& add_tool(server_state& s, std::string_view name);

MCPAWL_DECL prompt& add_prompt(server_state& s, std::string_view name);

MCPAWL_DECL resource& add_resource(server_state& s, std::string_view uri, std::string name);

MCPAWL_DECL resource_template& add_template(server_state& s, std::string text, std::string name);

/** Note which arguments of a tool headers must repeat, by the marks in its schema. */
MCPAWL_DECL void note_mirrored_arguments(server_state& s, tool& t);

/** Where `registration_errors` are, for the title of a `configuration_error`. */
inline constexpr std::string_view offer_place = "what the server offers";

/** Everything that is wrong with what was registered; empty if nothing is. */
MCPAWL_DECL std::vector<std::string> registration_errors(server_state const& s);

/** Note the entries that require a scope which no client can be granted.

    @param known  what the policy offers to clients */
MCPAWL_DECL void note_unknown_scopes(server_state const& s, std::vector<std::string> const& known,
                                     std::vector<std::string>& errors);

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/offer/registration.ipp>
#endif
