// mcpawl/test/notification.hpp - what a server told a test client that belongs to no call
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>

#include <string>

namespace mcpawl::test {

/** A notification that belongs to no call: a list or a resource has changed, a user has visited a page. */
struct notification {
  std::string method;          ///< `notifications/tools/list_changed`, say.
  boost::json::object params;  ///< As they came.

  /** The resource that has changed; empty for lists. */
  std::string uri() const {
    auto const* found = params.if_contains("uri");
    return found && found->is_string() ? std::string(found->get_string().c_str()) : std::string();
  }
};

}  // namespace mcpawl::test
