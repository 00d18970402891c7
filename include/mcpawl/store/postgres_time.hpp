// mcpawl/store/postgres_time.hpp - asks a PostgreSQL server what time it is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_request.hpp>
#include <mcpawl/store/postgres_session.hpp>
#include <mcpawl/store/postgres_statements.hpp>
#include <mcpawl/store/store_repeat.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace mcpawl::detail {

/** Tells by how much the server's clock is ahead of ours, give or take half of the time that the answer took; nothing if there is no
    answer. */
class postgres_time final : public postgres_request {
public:
  using system = std::chrono::system_clock;
  using teller = std::function<void(std::chrono::milliseconds)>;

  explicit postgres_time(teller tell)
      : postgres_request(postgres_operation::time, postgres_use::relaxed, store_repeat::harmless, {}),
        tell_(std::move(tell)) {}

  void sending() noexcept override { sent_ = system::now(); }
  void answer(PGresult const* rows) noexcept override {
    auto const ours = sent_ + (system::now() - sent_) / 2;
    std::chrono::milliseconds const theirs{postgres_integer(rows, 0, 0)};
    ahead_ = std::chrono::duration_cast<std::chrono::milliseconds>(theirs - ours.time_since_epoch());
  }
  void tell() noexcept override { tell_(ahead_); }
  void fail(error_code) noexcept override {}

private:
  teller const tell_;
  system::time_point sent_;
  std::chrono::milliseconds ahead_{0};
};

}  // namespace mcpawl::detail
