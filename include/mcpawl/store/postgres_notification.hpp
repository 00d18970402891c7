// mcpawl/store/postgres_notification.hpp - a message on its way to those who listen at a PostgreSQL server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/bus_name.hpp>
#include <mcpawl/store/postgres_request.hpp>
#include <mcpawl/store/postgres_session.hpp>
#include <mcpawl/store/postgres_statements.hpp>
#include <mcpawl/store/store_repeat.hpp>

#include <functional>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** What NOTIFY calls the messages for an instance, or for all. The server bounds such a name to 63 characters. */
inline std::string postgres_bus_name(instance_id of) { return "mcpawl_" + bus_name(of); }

/** A notification, sent once; it is told on the thread of the client how that went. */
class postgres_notification final : public postgres_request {
public:
  using teller = std::function<void(error_code)>;

  postgres_notification(instance_id to, std::string payload, teller tell)
      : postgres_request(postgres_operation::notify, postgres_use::relaxed, store_repeat::never,
                         {postgres_bus_name(to), std::move(payload)}),
        tell_(std::move(tell)) {}

  void answer(PGresult const*) noexcept override {}
  void tell() noexcept override { tell_({}); }
  void fail(error_code why) noexcept override { tell_(why); }

private:
  teller const tell_;
};

}  // namespace mcpawl::detail
