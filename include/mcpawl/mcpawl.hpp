// mcpawl/mcpawl.hpp - everything a server needs
// SPDX-License-Identifier: BSL-1.0
#pragma once

// first, so that what the compiler says about a type of the user does not begin with how it came here
#include <mcpawl/reflect/schema_type.hpp>

#include <mcpawl/auth/access_jwt.hpp>
#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/types/content.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>
#include <mcpawl/mcp/types/tool_result.hpp>
#include <mcpawl/reflect/docs.hpp>
#include <mcpawl/run.hpp>
#include <mcpawl/serve.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/version.hpp>
