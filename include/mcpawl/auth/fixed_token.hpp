// mcpawl/auth/fixed_token.hpp - keeps a caller's token that nobody can renew
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>

#include <memory>
#include <utility>

namespace mcpawl::detail {

/** Keeps a token that is what it is: the assertion of a request, say. */
class fixed_token final : public token_source {
public:
  explicit fixed_token(secret token) noexcept : token_(std::move(token)) {}
  task<result<secret>> current(std::shared_ptr<token_source> self) override {
    co_return static_cast<fixed_token const&>(*self).token_;
  }

private:
  secret token_;
};

}  // namespace mcpawl::detail
