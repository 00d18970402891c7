// mcpawl/oauth/common/scope.hpp - sets of scopes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/scopes.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** A set of scopes, in the order of their bytes (RFC 6749 section 3.3: their order has no meaning). */
class scope_set {
public:
  static constexpr std::size_t max_bytes = 2048;
  static constexpr std::size_t max_scopes = 64;

  scope_set() = default;

  /** Take scopes out of a program's own text. Scopes that break the grammar (RFC 6749 section 3.3) are left out. */
  scope_set(std::initializer_list<std::string_view> scopes) {
    for (std::string_view const scope : scopes)
      if (is_scope(scope)) add(scope);
  }

  /** Read a `scope` parameter: scope-tokens with spaces between, as `all_scopes` has them. A text of spaces,
      or of nothing, is the empty set.

      @par Errors
      `oauth_errc::bad_scope`; `oauth_errc::parameter_too_long` over `max_bytes` or `max_scopes`.
  */
  static result<scope_set> parse(std::string_view text) {
    if (text.size() > max_bytes) return oauth_errc::parameter_too_long;
    scope_set out;
    error_code bad;
    all_scopes(text, [&out, &bad](std::string_view scope) {
      if (!is_scope(scope)) {
        bad = oauth_errc::bad_scope;
      } else {
        out.add(scope);
        if (out.size() > max_scopes) bad = oauth_errc::parameter_too_long;
      }
      return !bad;
    });
    if (bad) return bad;
    return out;
  }

  bool empty() const noexcept { return scopes_.empty(); }
  std::size_t size() const noexcept { return scopes_.size(); }
  auto begin() const noexcept { return scopes_.begin(); }
  auto end() const noexcept { return scopes_.end(); }

  bool contains(std::string_view scope) const noexcept {
    return std::binary_search(scopes_.begin(), scopes_.end(), scope);
  }
  bool contains(scope_set const& other) const noexcept {
    return std::includes(scopes_.begin(), scopes_.end(), other.scopes_.begin(), other.scopes_.end());
  }

  friend scope_set operator&(scope_set const& a, scope_set const& b) {
    scope_set both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both.scopes_));
    return both;
  }
  friend scope_set operator|(scope_set const& a, scope_set const& b) {
    scope_set either;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(either.scopes_));
    return either;
  }
  friend scope_set operator-(scope_set const& a, scope_set const& b) {
    scope_set rest;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest.scopes_));
    return rest;
  }
  friend bool operator==(scope_set const&, scope_set const&) = default;

  /** As a `scope` parameter. */
  std::string text() const {
    std::string out;
    for (auto const& scope : scopes_) {
      if (!out.empty()) out += ' ';
      out += scope;
    }
    return out;
  }

private:
  void add(std::string_view scope) {
    auto const at = std::lower_bound(scopes_.begin(), scopes_.end(), scope);
    if (at == scopes_.end() || *at != scope) scopes_.emplace(at, scope);
  }

  std::vector<std::string> scopes_;
};

}  // namespace mcpawl::oauth
