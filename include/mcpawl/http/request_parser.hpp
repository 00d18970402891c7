// mcpawl/http/request_parser.hpp - parses requests: the head by our own reader, chunks by Beast and stricter rules
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/boost_version.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/head_reader.hpp>
#include <mcpawl/http/request_head.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::http::detail {

/** Parse one request after the other: the head at once, then a chunked body piece by piece.

    `head_reader` reads the head, Boost.Beast the chunks. Refused beyond their grammar are control characters in
    extensions, and trailers that say how the message is read.

    @par Lifetime
    `head()` views the bytes given to `parse_head`, until the next call.
*/
class request_parser {
public:
  static constexpr std::size_t max_target = head_reader::max_target;
  static constexpr std::size_t max_method = head_reader::max_method;
  static constexpr std::size_t max_extensions = 4 * 1024;  ///< Of all chunks of a body together.
  static constexpr std::size_t max_framing = 2 * 1024;     ///< One chunk line, or the trailers.
  /** What ends a body at least, `0 CRLF CRLF`: with less of it Beast 1.81 runs into an assertion of its own.
      Since Boost 1.90 Beast takes the line of the last chunk and each trailer by itself. */
  static constexpr std::size_t shortest_framing = 5;

  /** Parse a whole head, from its first byte to its empty line; nothing means that it is acceptable. */
  std::optional<http_errc> parse_head(std::string_view bytes, limits const& bounds) {
    reader_.emplace(head_, bounds.header_fields);
    if (auto const wrong = reader_->read(bytes)) return wrong;
    if (reader_->body == framing::chunked && !begin_chunks(bytes)) return http_errc::bad_request;
    return std::nullopt;
  }

  request_head const& head() const noexcept { return head_; }
  /** Whose certificate every head from now on has; it must outlive the parser. */
  void set_client_certificate(client_certificate const* verified) noexcept {
    head_.set_client_certificate(verified);
  }
  framing body_framing() const noexcept { return reader_->body; }
  std::uint64_t content_length() const noexcept { return reader_->length; }
  bool expects_continue() const noexcept { return reader_->expects_continue; }
  /** Whether the body has a content coding, which nobody here undoes (RFC 9110 section 8.4). */
  bool body_encoded() const noexcept { return reader_->encoded; }

  /** What became of a piece of a chunked body. */
  struct progress {
    std::size_t used = 0;              ///< Bytes that need not be presented again.
    std::optional<http_errc> failure;  ///< Set: the connection cannot be used any further.
    bool done = false;                 ///< The body and its trailers are complete.
  };

  /** Decode more of a chunked body, appending to `body`, or only counting if that is null.

      Trailers are checked and dropped: merging them could forge a field that was already checked.
  */
  progress put_chunked(std::string_view bytes, std::string* body, std::size_t limit) {
    progress out;
    sink_->collected = body;
    sink_->limit = limit;
    sink_->eager(true);
    while (!out.done && !out.failure) {
      // in windows, so that a line too long to wait for is refused however much of it is here already
      std::size_t const max_window = max_framing - sink_->trailer_bytes;
      std::string_view const window = bytes.substr(out.used, max_window);
      if (window.size() < (sink_->last_chunk ? 1 : shortest_framing)) break;
      boost::system::error_code ec;
      std::size_t const used = sink_->put({window.data(), window.size()}, ec);
      out.used += used;
      out.failure = sink_->failure;
      out.done = !out.failure && sink_->is_done();
      if (!ec || out.failure) continue;
      bool const waiting = ec == boost::beast::http::error::need_more && !torn_quote(window.substr(used));
      if (!waiting || (used == 0 && window.size() == max_window)) out.failure = http_errc::bad_chunk;
      if (used == 0) break;
    }
    // what can be no chunk is refused at once: Beast would wait for more of it
    if (!out.done && !out.failure && sink_->between_chunks() &&
        !may_begin_chunk(bytes.substr(out.used), sink_->announced != 0))
      out.failure = http_errc::bad_chunk;
    return out;
  }

private:
  using text = boost::beast::string_view;

  struct sink final : boost::beast::http::basic_parser<true> {
    explicit sink(std::size_t max_trailers) : fields_left(max_trailers) {
      header_limit(std::numeric_limits<std::uint32_t>::max());
      body_limit(boost::none);
    }

    std::size_t fields_left;
    std::optional<http_errc> failure;
    bool in_body = false;  // what comes before was read already

    std::string* collected = nullptr;
    std::size_t limit = 0;
    std::uint64_t announced = 0, received = 0;  // of the chunks so far
    std::size_t extensions = 0;
    bool last_chunk = false;
    std::size_t trailer_bytes = 0;

    void fail(http_errc e, boost::system::error_code& ec) {
      failure = e;
      ec = boost::beast::http::error::bad_field;  // any code stops Beast; `failure` is what counts
    }

    void on_request_impl(boost::beast::http::verb, text, text, int, boost::system::error_code&) override {}

    void on_field_impl(boost::beast::http::field known, text name, text value,
                       boost::system::error_code& ec) override {
      // before Boost 1.90 the fields of trailers come here, too
      if (in_body) validate_trailer(known, name, value, ec);
    }

    void on_trailer_field_impl(boost::beast::http::field known, text name, text value,
                               boost::system::error_code& ec) MCPAWL_OVERRIDE_SINCE_BOOST_1_90 {
      validate_trailer(known, name, value, ec);
    }

    void validate_trailer(boost::beast::http::field known, text name, text value,
                          boost::system::error_code& ec) {
      if (auto const wrong = validate_form(name, value))
        return fail(*wrong == http_errc::bad_request ? http_errc::bad_chunk : *wrong, ec);
      trailer_bytes += static_cast<std::size_t>(value.data() + value.size() - name.data());
      using boost::beast::http::field;
      switch (known) {
        // RFC 9110 section 6.5.1: these say how to read the message or what becomes of its connection; which of
        // them Beast refuses by itself depends on its version
        case field::connection:
        case field::content_length:
        case field::proxy_connection:
        case field::transfer_encoding:
        case field::upgrade: return fail(http_errc::bad_chunk, ec);
        default: break;
      }
    }

    // what holds for every field, in heads and in trailers: they are counted together, and none is folded
    std::optional<http_errc> validate_form(text name, text value) noexcept {
      if (fields_left == 0) return http_errc::header_too_large;
      --fields_left;
      // Beast unfolds obs-fold by copying; a value that does not lie right behind its name was folded
      char const* plain = name.data() + name.size() + 1;
      while (*plain == ' ' || *plain == '\t') ++plain;
      if (plain != value.data()) return http_errc::bad_request;
      return std::nullopt;
    }

    bool between_chunks() const noexcept { return received == announced && !last_chunk; }

    void on_chunk_header_impl(std::uint64_t size, text extension, boost::system::error_code& ec) override {
      last_chunk = size == 0;
      extensions += extension.size();
      if (extensions > max_extensions) return fail(http_errc::bad_chunk, ec);
      for (char c : extension)
        // Beast lets control characters into quoted strings (cf. CVE-2025-55315)
        if (detail::is_control(c) && c != '\t') return fail(http_errc::bad_chunk, ec);
      if (size > limit || received > limit - size) return fail(http_errc::body_too_large, ec);
      announced += size;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, text piece, boost::system::error_code&) override {
      received += piece.size();
      if (collected != nullptr) collected->append(piece.data(), piece.size());
      return piece.size();
    }

    void on_response_impl(int, text, int, boost::system::error_code&) override {}
    void on_header_impl(boost::system::error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, boost::system::error_code&) override {}
    // a body with a length is never shown to Beast
    std::size_t on_body_impl(text piece, boost::system::error_code&) override { return piece.size(); }
    void on_finish_impl(boost::system::error_code&) override {}
  };

  /** Whether these bytes, however few, may begin a chunk: its size, after the line end of the chunk before.
   */
  static bool may_begin_chunk(std::string_view pending, bool follows_another) noexcept {
    if (follows_another) {
      constexpr std::string_view line_end = "\r\n";
      std::string_view const ending = pending.substr(0, line_end.size());
      if (ending != line_end.substr(0, ending.size())) return false;
      pending.remove_prefix(ending.size());
    }
    if (pending.empty()) return true;
    std::size_t const digits = pending.find_first_not_of("0123456789abcdefABCDEF");
    if (digits == std::string_view::npos) return true;
    return digits != 0 && (pending[digits] == ';' || pending[digits] == '\r' || pending[digits] == ' ' ||
                           pending[digits] == '\t');
  }

  /** Whether a quoted string of a chunk extension runs over the end of its line, where Beast waits for more
      (cf. CVE-2026-2332). */
  static bool torn_quote(std::string_view pending) noexcept {
    if (pending.substr(0, 2) == "\r\n") pending.remove_prefix(2);
    std::size_t const end = pending.find("\r\n");
    if (end == std::string_view::npos) return false;
    bool quoted = false;
    for (std::size_t i = 0; i < end; ++i) {
      if (pending[i] == '"') quoted = !quoted;
      if (pending[i] == '\\' && quoted) ++i;
    }
    return quoted;
  }

  /** Let Beast read the head, too, so that it knows what follows. */
  bool begin_chunks(std::string_view head) {
    sink_.emplace(reader_->fields_left);
    boost::system::error_code ec;
    std::size_t const used = sink_->put({head.data(), head.size()}, ec);
    sink_->in_body = true;
    return !ec && used == head.size() && sink_->is_header_done();
  }

  request_head head_;
  std::optional<head_reader> reader_;
  std::optional<sink> sink_;  // of a chunked body
};

}  // namespace mcpawl::http::detail
