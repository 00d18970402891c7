// mcpawl/oauth/upstream/login_reader.hpp - what of an ID token is kept: the part of a login that is one provider's own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/jose/claims.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth {

/** What a login reader has made of the claims of a person. */
struct login_profile {
  std::string label;  ///< What to call the person in a log or on a page; the subject if it is empty.
  std::string bytes;  ///< What a grant keeps for the policy, in a form of the reader's own.
};

/** Reads what one provider says about a person, for a policy that knows the provider.

    Who the person is does not come from here: issuer and subject are those of the token, which `id_token_verifier`
    has checked before it asks. Issuer, subject and the name of the reader are kept beside the profile, so what one
    reader has kept is never taken for that of another.

    @par Thread safety
    Any thread may use it.
*/
class login_reader {
public:
  virtual ~login_reader() = default;

  /** Names the provider and the form of `login_profile::bytes`. */
  virtual std::string_view name() const noexcept = 0;

  /** The names of the claims that `read` is given. */
  virtual std::vector<std::string> claims() const = 0;

  /** Read the claims of a token that was verified.

      @param found   in the order of `claims()`; views that end with the call
      @param before  in a refresh, what there was before; else null

      @par Errors
      Those of `id_token_errc`, which refuse the login. */
  virtual result<login_profile> read(std::span<jose::claim_value const> found,
                                     login_profile const* before) const = 0;

protected:
  login_reader() = default;
  login_reader(login_reader const&) = default;
  login_reader& operator=(login_reader const&) = default;
};

/** Whether a claim is something other than a text, null or absent. */
inline bool is_no_text(jose::claim_value const& claim) noexcept {
  return claim.is == jose::claim_value::kind::json && claim.text != "null";
}

}  // namespace mcpawl::oauth
