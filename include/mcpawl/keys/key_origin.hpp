// mcpawl/keys/key_origin.hpp - where keys come from: a fixed address, or the one an issuer's metadata names
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/algorithm.hpp>
#include <mcpawl/keys/discovery.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Where the keys of an issuer are published, and which of them are of use.

    Neither ever comes from a token.
*/
class key_origin {
public:
  /** The keys are at this address. */
  key_origin(http::origin_url keys) : keys_(std::move(keys)) {}

  /** The keys are where the metadata of this issuer says: one that `oauth::validate_issuer` accepts. */
  static key_origin discover(std::string issuer) {
    key_origin made;
    made.metadata_ = oauth::discovery_urls(issuer);
    made.issuer_ = std::move(issuer);
    return made;
  }

  /** Accept a key set only if it has a key for one of these algorithms; without this any usable key will do.
   */
  key_origin& algorithms(jose::algorithm_set accepted) {
    algorithms_ = accepted;
    return *this;
  }

  /** The fixed address; none where it must be discovered. */
  std::optional<http::origin_url> const& keys() const noexcept { return keys_; }
  /** The addresses of the metadata, in the order to try them; empty where the keys' is fixed. */
  std::vector<http::origin_url> const& metadata() const noexcept { return metadata_; }
  std::string const& issuer() const noexcept { return issuer_; }

  /** Whether a key for that many algorithms is of use. */
  bool accepts(jose::algorithm_set of_key) const noexcept {
    for (std::size_t i = 0; i != jose::algorithm_count; ++i) {
      auto const a = static_cast<jose::algorithm>(i);
      if (of_key.contains(a) && (!algorithms_ || algorithms_->contains(a))) return true;
    }
    return false;
  }

private:
  key_origin() = default;

  std::optional<http::origin_url> keys_;
  std::vector<http::origin_url> metadata_;
  std::string issuer_;
  std::optional<jose::algorithm_set> algorithms_;
};

}  // namespace mcpawl::detail
