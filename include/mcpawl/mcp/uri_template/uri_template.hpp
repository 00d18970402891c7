// mcpawl/mcp/uri_template/uri_template.hpp - URI templates: expanded into URIs, and found again in them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/mcp/uri_template/uri_template_errc.hpp>
#include <mcpawl/mcp/uri_template/uri_template_part.hpp>
#include <mcpawl/mcp/uri_template/uri_variables.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** A URI template of RFC 6570, all four levels.

    @par Thread safety
    Immutable once parsed: any number of threads may expand and match at the same time.

    @par Example
    @code
    auto const t = uri_template::parse("file:///{+path}{?rev}").value();
    auto const found = t.match("file:///src/main.cpp?rev=7");
    *found->find_text("path");   // "src/main.cpp"
    *found->find_text("rev");    // "7"
    @endcode
*/
class uri_template {
public:
  static constexpr std::size_t max_size = 4096;
  static constexpr std::size_t max_variables = 64;
  /** The longest URI that is matched, in bytes. */
  static constexpr std::size_t max_uri_size = 8192;

  /** Parse a template.

      @par Errors
      `uri_template_errc`, all but `not_utf8` and `prefix_of_list`.
  */
  MCPAWL_DECL static result<uri_template> parse(std::string_view text);

  std::string_view text() const noexcept { return text_; }
  /** The names of the variables, each once, in the order they first appear. */
  std::vector<std::string> const& names() const noexcept { return names_; }
  /** The text that every URI of the template begins with. */
  std::string_view literal_prefix() const noexcept {
    return parts_.empty() ? std::string_view() : std::string_view(parts_.front().literal);
  }

  /** Write the URI that the variables make (RFC 6570 section 3).

      @par Errors
      `uri_template_errc::not_utf8` and `uri_template_errc::prefix_of_list`.
  */
  MCPAWL_DECL result<std::string> expand(uri_variables const& variables) const;

  /** Recover the variables from a URI that the template makes; nothing from any other.

      Of several ways to cut a URI, this one is taken: from left to right, an expression with one of the
      operators `# . / ; ? &` is there rather than not, and each expression takes as little as it can.
      `{+path}{?rev}` gives `rev` what it can have, and `{name}.{ext}` cuts at the first dot.

      - An expression that is not there leaves its variables undefined. Where an empty string would look the
        same (`{x}`, `{+x}`), it is undefined, too.
      - Several variables in one expression take one item each in their order; items left over go to the first
        exploded variable, else to the last. With `/` there is no else.
      - The parameters of `;`, `?` and `&` come in any order and may be missing. One that is named twice, or
        is unknown, means no match, unless it can go to an exploded variable.
      - A comma that is not encoded makes a list of a value, except for `+` and `#`, which never encode one.
        An exploded variable is a list, or pairs if each item is `key=value`.
      - `:n` takes at most n characters, of which each escaped code point is one. A variable that is named
        more than once must have the same value wherever it is there.
      - Values are percent-decoded and UTF-8. A malformed escape, an escaped NUL, escapes that are not UTF-8
        and characters that no URI has mean no match. What is not ASCII counts as encoded (RFC 3987 section
        3.1).
      - Characters that an expansion would encode are taken as they are where the URI's grammar has them:
        `{user}` matches `bob@example.com`.

      What it does not do: ignore case, or resolve `..`; the value of `{+path}` may hold both `..` and `/`.

      @par Errors
      None for any input; only `std::bad_alloc` can come out. The time is bounded, at some milliseconds.
  */
  MCPAWL_DECL std::optional<uri_variables> match(std::string_view uri) const;

private:
  MCPAWL_DECL uri_template(std::string_view text, std::vector<uri_template_part> parts);

  MCPAWL_DECL std::optional<uri_variables> match_uri(std::string_view uri) const;

  std::string text_;
  std::vector<uri_template_part> parts_;
  std::vector<std::string> names_;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/uri_template/uri_template.ipp>
#endif
