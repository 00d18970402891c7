// mcpawl/crypto/engine.hpp - who does the arithmetic of signatures, chosen at compile time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/public_key.hpp>
#include <mcpawl/crypto/signature.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace mcpawl::detail {

/** Who verifies with a key, and why it is not the engine that was asked for; fixed texts, for a log. */
struct engine_report {
  std::string_view engine;  ///< The engine that does the work.
  std::string_view reason;  ///< Why not the one asked for; empty if it is the one.
  bool faulty = false;      ///< The one asked for computed something wrong: worth a warning.
};

/** A way to verify signatures, the template argument of verifiers.

    Its nested `verifier` is for one key in one scheme, made by `make(public_key, signature_scheme)` once per
    thread, and has the behaviour of `signature_verifier`: engines differ in what they cost, never in what
    they accept. `report` tells who does the work for a key.
*/
// clang-format off: it has no good form for a concept with two lists
template <class Engine>
concept crypto_engine = std::move_constructible<typename Engine::verifier> &&
    requires(public_key const& key, signature_scheme scheme, typename Engine::verifier& check,
             typename Engine::verifier const& made, std::string_view message,
             std::span<unsigned char const> signature) {
  { Engine::verifier::make(key, scheme) } -> std::same_as<result<typename Engine::verifier>>;
  { made.signature_size() } -> std::same_as<std::size_t>;
  { check.verify(message, signature) } -> std::same_as<bool>;
  { Engine::report(made) } -> std::same_as<engine_report>;
  requires noexcept(made.signature_size());
  requires noexcept(check.verify(message, signature));
  requires noexcept(Engine::report(made));
};
// clang-format on

/** Verifies by `EVP_PKEY_verify` alone: every scheme, everywhere, and nothing of ours in between. */
struct evp_engine {
  using verifier = signature_verifier;

  static engine_report report(verifier const&) noexcept { return {"evp", {}}; }
};

static_assert(crypto_engine<evp_engine>);

}  // namespace mcpawl::detail
