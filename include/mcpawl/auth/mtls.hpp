// mcpawl/auth/mtls.hpp - the policy of a server that knows its callers by their certificates
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/http/client_certificate.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** What the certificate of a caller says, which `mtls` has let in. */
struct certificate_claims : http::client_certificate {
  using verified_by = class mtls;
};

/** A caller who showed a certificate: what a tool takes to know them.

    @code
    std::string greet(mcpawl::certificate_identity const& who) { return "Hello, " + who->subject; }
    @endcode
*/
using certificate_identity = verified<certificate_claims>;

/** Whom `mtls` lets in: who is in any of the lists, or, if all are empty, everybody whose certificate was signed by an
    authority of the listener. Nothing is checked before `validate`, which the policy calls. */
struct mtls_options {
  /** Whole subjects as in RFC 2253, which `openssl x509 -noout -subject -nameopt RFC2253` prints. */
  std::vector<std::string> subjects = {};
  /** Alternative names with their kind: `DNS:agent.example`, `URI:spiffe://example/agent`, `email:a@b.example`, `IP:::1`. */
  std::vector<std::string> names = {};
  /** SHA-256 of the public key or of the certificate, 64 hexadecimal digits, with colons or without. */
  std::vector<std::string> fingerprints = {};
  clock const* time = &clock::system();  ///< Must outlive the policy.

  /** Read `MTLS_NAMES` and `MTLS_FINGERPRINTS`, lists with commas that may be missing, noting the errors in `from`. */
  static mtls_options from(settings& from) {
    mtls_options out;
    if (!from.optional("MTLS_NAMES").empty()) out.names = from.required_list("MTLS_NAMES");
    if (!from.optional("MTLS_FINGERPRINTS").empty())
      out.fingerprints = from.required_list("MTLS_FINGERPRINTS");
    for (auto const& wrong : out.validate()) from.add_error("MTLS_NAMES or MTLS_FINGERPRINTS:", wrong);
    return out;
  }

  /** Everything that is wrong, in sentences. */
  std::vector<std::string> validate() const {
    detail::option_errors errors;
    for (auto const& each : subjects)
      errors.note("a subject", each.find('=') == std::string::npos ? "has no =" : "");
    for (auto const& each : names)
      errors.note("the name \"" + each + '"',
                  has_kind(each) ? "" : "must begin with DNS:, URI:, email: or IP:");
    for (auto const& each : fingerprints)
      errors.note("the fingerprint \"" + each + '"',
                  plain_digits(each).size() == 64 ? "" : "must have 64 hexadecimal digits");
    return std::move(errors.all);
  }

  /** A fingerprint in small letters without colons; empty if anything else is in it. */
  static std::string plain_digits(std::string_view text) {
    std::string out;
    for (char c : text) {
      if (c == ':') continue;
      if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return {};
      out += c;
    }
    return out;
  }

private:
  static bool has_kind(std::string_view name) noexcept {
    for (std::string_view const kind : {"DNS:", "URI:", "email:", "IP:"})
      if (name.size() > kind.size() && name.starts_with(kind)) return true;
    return false;
  }
};

/** Let in who shows a certificate that an authority of the listener has signed (`tls_options::client_authorities`).

    TLS has verified signature, purpose and dates; here it is decided whether the certificate is one of those that are meant.
    Its principal is the digest of the public key: a certificate that is renewed for the same key is the same caller.

    | request | status | code |
    |---|---|---|
    | no certificate | 401 | missing_certificate |
    | a certificate that is in no list | 403 | certificate_refused |
    | one that has expired since the connection was made | 403 | certificate_expired |

    What one authority signs for everybody proves little: Cloudflare's global certificate for Authenticated Origin Pulls is that of
    every account, so only a certificate of your own zone proves that a request came by your settings.

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::mtls(mcpawl::mtls_options{.names = {"DNS:agent.example"}})};
    @endcode

    @par Errors
    The constructor throws `configuration_error` with everything that is wrong with the options. A server with a listener
    that asks for no certificates does not start.
*/
class mtls {
public:
  using identity_type = certificate_identity;
  static constexpr std::string_view policy_name = "mtls";

  explicit mtls(mtls_options options = {}) : options_(detail::validated(std::move(options))) {
    for (auto& each : options_.fingerprints) each = mtls_options::plain_digits(each);
  }

  /** As the environment says: see `mtls_options::from`. */
  static mtls from_env(settings from = settings()) {
    auto options = mtls_options::from(from);
    from.throw_if_invalid();
    return mtls(std::move(options));
  }

  auth_result<certificate_identity> authenticate(http::request_head const& head) const {
    auto const* const shown = head.client_certificate();
    if (shown == nullptr) return denial(401, "missing_certificate", "no client certificate");
    // the handshake may be long ago
    if (options_.time->wall() > shown->not_after)
      return denial(403, "certificate_expired", "the certificate of " + shown->subject + " has expired");
    if (!is_listed(*shown))
      return denial(403, "certificate_refused", "the certificate of " + shown->subject + " is in no list");
    return certificate_identity(certificate_claims{*shown});
  }

  std::string principal(certificate_identity const& who) const { return who->public_key_sha256; }

  bool needs_client_certificates() const noexcept { return true; }
  /** Whether the caller showed a certificate. */
  bool recognizes(http::request_head const& head) const noexcept {
    return head.client_certificate() != nullptr;
  }

private:
  bool is_listed(http::client_certificate const& shown) const {
    auto const& o = options_;
    if (o.subjects.empty() && o.names.empty() && o.fingerprints.empty()) return true;
    auto const has = [](std::vector<std::string> const& list, std::string const& text) {
      return std::find(list.begin(), list.end(), text) != list.end();
    };
    if (has(o.subjects, shown.subject) || has(o.fingerprints, shown.public_key_sha256) ||
        has(o.fingerprints, shown.certificate_sha256))
      return true;
    return std::any_of(shown.names.begin(), shown.names.end(), [&](std::string const& name) {
      // names of hosts are compared without regard to case (RFC 4343)
      return std::any_of(o.names.begin(), o.names.end(), [&](std::string const& listed) {
        return listed == name ||
               (name.starts_with("DNS:") && listed.starts_with("DNS:") && http::iequals(listed, name));
      });
    });
  }

  mtls_options options_;
};

}  // namespace mcpawl
