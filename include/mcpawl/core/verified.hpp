// mcpawl/core/verified.hpp - a value that only its verifier can make
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <memory>
#include <utility>

namespace mcpawl {

/** Names the class that may make a `verified<Claims>`; by default what `Claims::verified_by` says. */
template <class Claims>
struct verifier_of {
  using type = typename Claims::verified_by;
};

/** Claims that have been verified, by construction.

    The constructor is private to the class that `verifier_of<Claims>` names. A function that takes
    a `verified<Claims>` therefore cannot be called with claims that somebody merely read or made up:

    @code
    struct access_claims { using verified_by = class access_reader; std::string email; };
    void pay(mcpawl::verified<access_claims> const& who);   // only access_reader can make the argument
    @endcode

    Copies share the claims, which never change: a copy allocates nothing, whatever they hold.

    @par Lifetime
    The claims live as long as a copy does. What was moved from holds nothing: assign to it or let it go.
    @par Thread safety
    Copies may be used by several threads at once.
*/
template <class Claims>
class verified {
public:
  Claims const* operator->() const noexcept { return claims_.get(); }
  Claims const& operator*() const noexcept { return *claims_; }

private:
  friend typename verifier_of<Claims>::type;
  explicit verified(Claims claims) : verified(std::in_place, std::move(claims)) {}
  /** Make the claims of their members, where they will be. */
  template <class... Members>
  explicit verified(std::in_place_t, Members&&... members)
      : claims_(std::make_shared<Claims const>(std::forward<Members>(members)...)) {}

  std::shared_ptr<Claims const> claims_;
};

}  // namespace mcpawl
