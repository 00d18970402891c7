// examples/7_inventory/inventory.cpp - an inventory behind Access, or on its developer's machine without a login
// SPDX-License-Identifier: BSL-1.0
#include "tools.hpp"

#include <mcpawl/auth/development_or.hpp>

#include <cstdint>
#include <memory>
#include <string>

int main() {
  return mcpawl::run([] {
    mcpawl::settings settings;
    std::string const file = settings.required("INVENTORY_FILE");
    auto const port = static_cast<std::uint16_t>(settings.number("INVENTORY_PORT", 8080, 0, 65535));
    settings.throw_if_invalid();
    mcpawl::server srv{{"inventory", "1.0"}, mcpawl::development_or<mcpawl::access_jwt>::from_env()};
    add_tools(srv, std::make_shared<database>(file));
    mcpawl::serve_http(srv, {.address = "127.0.0.1", .port = port});
  });
}
