// mcpawl/jose/json_events.hpp - read one JSON text as a row of events, strictly and without allocating
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>

namespace mcpawl::jose::detail {

enum class json_token : unsigned char {
  object_begin,
  object_end,
  array_begin,
  array_end,
  name,
  string,
  integer,
  real,  ///< Also an integer beyond 64 bits.
  literal,
};

/** One piece of a JSON text. */
struct json_event {
  json_token token;
  std::size_t depth;  ///< Containers open around it; around a container itself for its begin and end.
  std::string_view text = {};  ///< Name and string: unescaped. Number and literal: as written.
  std::int64_t integer = 0;
  double real = 0;
};

/** Takes the events. False stops the reading. */
class json_sink {
public:
  virtual bool on(json_event const& event) noexcept = 0;

protected:
  ~json_sink() = default;
};

enum class json_outcome { complete, stopped, invalid };

/** What Boost.JSON's event parser calls. A class of its own with one virtual call behind it, so that the
    parser, which costs the compiler more than a second, is instantiated once and not once per sink. */
class json_handler {
public:
  using string_view = boost::json::string_view;
  using error_code = boost::system::error_code;

  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  json_handler(char* arena, std::size_t capacity) noexcept : arena_(arena), capacity_(capacity) {}

  void begin(std::string_view input, json_sink& sink) noexcept {
    input_ = input;
    sink_ = &sink;
    used_ = pending_ = depth_ = 0;
    stopped_ = false;
  }
  bool stopped() const noexcept { return stopped_; }

  bool on_document_begin(error_code&) noexcept { return true; }
  bool on_document_end(error_code&) noexcept { return true; }
  bool on_object_begin(error_code& ec) noexcept { return open(json_token::object_begin, ec); }
  bool on_object_end(std::size_t, error_code& ec) noexcept { return close(json_token::object_end, ec); }
  bool on_array_begin(error_code& ec) noexcept { return open(json_token::array_begin, ec); }
  bool on_array_end(std::size_t, error_code& ec) noexcept { return close(json_token::array_end, ec); }
  bool on_key_part(string_view s, std::size_t, error_code& ec) noexcept { return keep(s, ec); }
  bool on_key(string_view s, std::size_t n, error_code& ec) noexcept {
    return text(json_token::name, s, n, ec);
  }
  bool on_string_part(string_view s, std::size_t, error_code& ec) noexcept { return keep(s, ec); }
  bool on_string(string_view s, std::size_t n, error_code& ec) noexcept {
    return text(json_token::string, s, n, ec);
  }
  bool on_number_part(string_view, error_code&) noexcept { return true; }
  bool on_int64(std::int64_t i, string_view s, error_code& ec) noexcept {
    return tell({json_token::integer, depth_, view(s), i, 0}, ec);
  }
  bool on_uint64(std::uint64_t u, string_view s, error_code& ec) noexcept {
    return tell({json_token::real, depth_, view(s), 0, static_cast<double>(u)}, ec);
  }
  bool on_double(double d, string_view s, error_code& ec) noexcept {
    return tell({json_token::real, depth_, view(s), 0, d}, ec);
  }
  bool on_bool(bool b, error_code& ec) noexcept {
    return tell({json_token::literal, depth_, b ? "true" : "false", 0, 0}, ec);
  }
  bool on_null(error_code& ec) noexcept { return tell({json_token::literal, depth_, "null", 0, 0}, ec); }
  bool on_comment_part(string_view, error_code&) noexcept { return true; }
  bool on_comment(string_view, error_code&) noexcept { return true; }

private:
  static std::string_view view(string_view s) noexcept { return {s.data(), s.size()}; }

  bool tell(json_event const& event, error_code& ec) noexcept {
    if (sink_->on(event)) return true;
    stopped_ = true;
    ec = boost::json::error::exception;  // any error ends the parsing; `stopped_` tells which it was
    return false;
  }
  bool open(json_token token, error_code& ec) noexcept {
    bool const on = tell({token, depth_, {}, 0, 0}, ec);
    ++depth_;
    return on;
  }
  bool close(json_token token, error_code& ec) noexcept {
    --depth_;
    return tell({token, depth_, {}, 0, 0}, ec);
  }

  /** Collect a piece of a string. The unescaped strings of a text are never longer than the text. */
  bool keep(string_view s, error_code& ec) noexcept {
    if (s.size() > capacity_ - used_) {
      ec = boost::json::error::string_too_large;
      return false;
    }
    std::memcpy(arena_ + used_, s.data(), s.size());
    used_ += s.size();
    return true;
  }

  bool text(json_token token, string_view s, std::size_t total, error_code& ec) noexcept {
    std::less<char const*> const before;
    bool const in_input =
        !before(s.data(), input_.data()) && !before(input_.data() + input_.size(), s.data() + s.size());
    if (total == s.size() && in_input) return tell({token, depth_, view(s), 0, 0}, ec);
    // pieces, or the parser's own buffer, which it will write to again
    if (!keep(s, ec)) return false;
    std::string_view const whole{arena_ + pending_, used_ - pending_};
    pending_ = used_;
    return tell({token, depth_, whole, 0, 0}, ec);
  }

  char* arena_;
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::size_t pending_ = 0;
  std::size_t depth_ = 0;
  std::string_view input_;
  json_sink* sink_ = nullptr;
  bool stopped_ = false;
};

/** A document without the byte order mark that some servers put in front of it, which a reader may pass over
    (RFC 8259 section 8.1). For what issuers publish: a token has none. */
inline std::string_view without_byte_order_mark(std::string_view document) noexcept {
  if (document.starts_with("\xef\xbb\xbf")) document.remove_prefix(3);
  return document;
}

/** Reads JSON texts (RFC 8259) one after the other: one value and nothing behind it, valid UTF-8, no byte
    order mark, no comments, nesting up to a limit.

    Views in events live until the next `read` or the end of the text that was read, whichever is first.

    @par Thread safety
    One thread at a time.
*/
class json_reader {
public:
  /** Prepare for texts up to `capacity` bytes with at most `max_depth` containers in each other. */
  json_reader(std::size_t capacity, std::size_t max_depth)
      : capacity_(capacity),
        arena_(std::make_unique<char[]>(capacity)),
        parser_(options(max_depth), arena_.get(), capacity) {}

  json_outcome read(std::string_view text, json_sink& sink) noexcept {
    if (text.size() > capacity_) return json_outcome::invalid;
    parser_.reset();
    parser_.handler().begin(text, sink);
    boost::system::error_code ec;
    std::size_t const used = parser_.write_some(false, text.data(), text.size(), ec);
    if (parser_.handler().stopped()) return json_outcome::stopped;
    return !ec && used == text.size() ? json_outcome::complete : json_outcome::invalid;
  }

private:
  static boost::json::parse_options options(std::size_t max_depth) noexcept {
    boost::json::parse_options strict;
    strict.max_depth = max_depth;
    return strict;
  }

  std::size_t capacity_;
  std::unique_ptr<char[]> arena_;
  boost::json::basic_parser<json_handler> parser_;
};

}  // namespace mcpawl::jose::detail
