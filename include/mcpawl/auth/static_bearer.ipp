// mcpawl/auth/static_bearer.ipp - the bodies of static_bearer.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/bearer_token.hpp>
#include <mcpawl/auth/credential_form.hpp>
#include <mcpawl/auth/private_file.hpp>
#include <mcpawl/auth/static_bearer.hpp>
#include <mcpawl/auth/static_tokens.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/oauth/common/scopes.hpp>
#include <mcpawl/oauth/resource/challenge.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

class static_bearer::impl {
  using digest_words = std::array<std::uint64_t, 4>;  // of a SHA-256 digest

  static digest_words words_of(void const* digest) noexcept {
    digest_words out;
    std::memcpy(out.data(), digest, sizeof out);
    return out;
  }

  /** The tokens as they are compared, and who has them. */
  struct table {
    std::vector<digest_words> digests;
    std::vector<static_bearer_identity> callers;

    /** The caller with this digest, or null. Every entry is looked at whole, whichever it is. */
    static_bearer_identity const* find(digest_words const& digest) const noexcept {
      std::size_t found = 0;
      for (std::size_t i = 0; i != digests.size(); ++i) {
        digest_words const& each = digests[i];
        std::uint64_t difference =
            (each[0] ^ digest[0]) | (each[1] ^ digest[1]) | (each[2] ^ digest[2]) | (each[3] ^ digest[3]);
        // as far as the optimiser can tell it is any number, so that there is nothing to be left out
        __asm__ __volatile__("" : "+r"(difference));
        std::size_t const same = difference == 0 ? 1 : 0;
        found |= (0 - same) & (i + 1);
      }
      return found == 0 ? nullptr : &callers[found - 1];
    }
  };

  /** What all copies share. */
  struct shared {
    static_bearer_options options;
    std::atomic<std::uint64_t> generation{1};
    std::mutex reloading;
    std::mutex mutex;  // of what follows
    std::shared_ptr<table const> current;
    logger log;
    bool warned = false;
  };

public:
  explicit impl(static_bearer_options options) : shared_(std::make_shared<shared>()) {
    std::vector<std::string> errors;
    if (options.file.empty() == options.tokens.empty())
      errors.emplace_back(options.file.empty() ? "static_bearer has neither a file nor a list of tokens"
                                               : "static_bearer has both a file and a list of tokens");
    shared_->options = std::move(options);
    if (errors.empty()) shared_->current = load(errors);
    if (!errors.empty()) throw configuration_error(std::move(errors));
    take();
  }
  impl(impl const& other) : shared_(other.shared_) { take(); }

  void attach(auth_environment const& environment) {
    std::lock_guard const lock(shared_->mutex);
    shared_->log = environment.log;
    if (std::exchange(shared_->warned, true)) return;
    warn_of_expired(*shared_->current, environment.log);
  }

  auth_result<static_bearer_identity> authenticate(http::request_head const& head) {
    using detail::auth_errc;
    auto const token = detail::find_bearer_token(head);
    if (!token) return deny(token.error());
    if (token->size() < min_token_size) return deny(auth_errc::token_too_short);
    if (token->size() > max_token_size) return deny(auth_errc::token_too_long);
    if (generation_ != shared_->generation.load(std::memory_order_acquire)) take();
    auto const digest = digest_(*token);
    auto const* const who = known_->find(words_of(digest.data()));
    if (who == nullptr) return deny(auth_errc::unknown_token);
    if (has_expired(**who)) {
      auto out = deny(auth_errc::token_expired);
      out.log_reason += " (of " + (*who)->name + ')';
      return out;
    }
    return *who;
  }

  bool reloads() const noexcept { return !shared_->options.file.empty(); }
  std::vector<std::string> reload() const {
    if (shared_->options.file.empty()) return {};
    std::lock_guard const one(shared_->reloading);
    std::vector<std::string> errors;
    auto made = load(errors);
    std::lock_guard const lock(shared_->mutex);
    if (!errors.empty()) return errors;
    shared_->current = made;
    shared_->generation.fetch_add(1, std::memory_order_release);
    warn_of_expired(*made, shared_->log);
    return {};
  }

private:
  /** Read the list. Errors are appended; then there is none. */
  std::shared_ptr<table const> load(std::vector<std::string>& errors) const {
    auto const& options = shared_->options;
    std::string text = options.tokens;
    std::vector<std::string> wrong;
    if (!options.file.empty()) text = detail::read_private_file(options.file, wrong);
    std::vector<detail::static_token> listed;
    if (wrong.empty()) listed = detail::static_token_reader(wrong).read(text);
    std::string const place =
        options.file.empty() ? "the list of static tokens: " : "the file of static tokens: ";
    for (auto& each : wrong) errors.push_back(place + std::move(each));
    if (!wrong.empty()) return nullptr;
    auto made = std::make_shared<table>();
    for (auto& each : listed) {
      made->digests.push_back(words_of(each.digest.reveal().data()));
      made->callers.push_back(static_bearer_identity(
          static_bearer_claims{std::move(each.name), std::move(each.scopes), each.expires_at}));
    }
    return made;
  }

  void take() {
    std::lock_guard const lock(shared_->mutex);
    known_ = shared_->current;
    generation_ = shared_->generation.load(std::memory_order_relaxed);
  }

  bool has_expired(static_bearer_claims const& who) const noexcept {
    return who.expires_at && shared_->options.time->wall() >= *who.expires_at;
  }
  void warn_of_expired(table const& in, logger const& log) const {
    for (auto const& who : in.callers)
      if (has_expired(*who)) log.warning("static_token_expired", {{"name", who->name}});
  }

  /** What a caller is told about an error (RFC 6750 section 3.1). */
  static denial deny(error_code const& why) {
    using detail::auth_errc;
    bool const request = why == auth_errc::several_tokens || why == auth_errc::token_in_query;
    bool const missing = why == auth_errc::missing_token;
    denial out(request ? 400 : 401,
               request   ? "invalid_request"
               : missing ? "missing_token"
                         : "invalid_token",
               why.message());
    oauth::challenge words;
    if (!missing) words.parameter("error", out.code);
    out.www_authenticate = words.text();
    return out;
  }

  std::shared_ptr<shared> shared_;
  std::shared_ptr<table const> known_;
  std::uint64_t generation_ = 0;
  detail::sha256_context digest_;
};

MCPAWL_DECL static_bearer::static_bearer(static_bearer_options options)
    : impl_(std::make_unique<impl>(std::move(options))) {}
MCPAWL_DECL static_bearer::static_bearer(static_bearer const& other)
    : impl_(std::make_unique<impl>(*other.impl_)) {}
MCPAWL_DECL static_bearer::static_bearer(static_bearer&&) noexcept = default;
MCPAWL_DECL static_bearer::~static_bearer() = default;

MCPAWL_DECL void static_bearer::attach(auth_environment const& environment) { impl_->attach(environment); }
MCPAWL_DECL auth_result<static_bearer_identity> static_bearer::authenticate(http::request_head const& head) {
  return impl_->authenticate(head);
}
MCPAWL_DECL bool static_bearer::recognizes(http::request_head const& head) const noexcept {
  return detail::has_bearer_of(detail::bearer_form::opaque, head);
}
MCPAWL_DECL denial static_bearer::insufficient_scope(static_bearer_identity const&,
                                                     scope_demand const& what) const {
  denial out(403, "insufficient_scope", what.operation + " needs " + oauth::join_scopes(what.missing));
  out.description = what.operation + " needs " + oauth::join_scopes(what.missing) +
                    ", which this access token does not have: its operator can add it";
  oauth::challenge words;
  words.parameter("error", out.code).parameter("scope", oauth::join_scopes(what.scopes));
  words.parameter("error_description", out.description);
  out.www_authenticate = words.text();
  return out;
}
MCPAWL_DECL bool static_bearer::reloads() const noexcept { return impl_->reloads(); }
MCPAWL_DECL std::vector<std::string> static_bearer::reload() const { return impl_->reload(); }

static_assert(asks_for_scopes<static_bearer>);

}  // namespace mcpawl
