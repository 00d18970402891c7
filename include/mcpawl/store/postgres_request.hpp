// mcpawl/store/postgres_request.hpp - one operation on its way to PostgreSQL, through as many attempts as it takes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/postgres_session.hpp>
#include <mcpawl/store/postgres_statements.hpp>
#include <mcpawl/store/store_repeat.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A statement, its parameters, and who waits for the answer.

    @par Thread safety
    After it was handed over, the thread of the client alone. */
class postgres_request {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using parameters = std::vector<std::optional<std::string>>;

  postgres_request(postgres_operation what, postgres_use use, store_repeat repeat, parameters with)
      : what_(what), use_(use), repeat_(repeat), parameters_(std::move(with)) {}
  postgres_request(postgres_request const&) = delete;
  postgres_request& operator=(postgres_request const&) = delete;
  virtual ~postgres_request() = default;

  postgres_operation what() const noexcept { return what_; }
  postgres_use use() const noexcept { return use_; }
  parameters const& with() const noexcept { return parameters_; }

  /** Until when there must be an answer. */
  time_point deadline() const noexcept { return deadline_; }
  void set_deadline(time_point at) noexcept { deadline_ = at; }

  /** An attempt has ended without an answer, after it may have been sent: whether there may be another. */
  bool lost_answer() noexcept {
    doubt_ = doubt_ || repeat_ != store_repeat::harmless;
    return repeat_ != store_repeat::never;
  }
  /** What to say if there will be no answer, or a refusal that says nothing of earlier attempts. */
  error_code gave_up(error_code why = store_errc::unreachable) const noexcept {
    return doubt_ ? make_error_code(store_errc::unconfirmed) : why;
  }

  /** An attempt begins. */
  virtual void sending() noexcept {}
  /** The rows have come: keep what is needed; `tell` follows. */
  virtual void answer(PGresult const* rows) noexcept = 0;
  /** Tell whoever waits that there is an answer. */
  virtual void tell() noexcept = 0;
  /** There will be none: tell whoever waits. */
  virtual void fail(error_code why) noexcept = 0;

private:
  postgres_operation const what_;
  postgres_use const use_;
  store_repeat const repeat_;
  bool doubt_ = false;
  time_point deadline_{};
  parameters const parameters_;
};

}  // namespace mcpawl::detail
