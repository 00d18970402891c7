// mcpawl/http/answer_reader.hpp - makes a response from received bytes, however they are cut
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/head_scanner.hpp>
#include <mcpawl/http/request_parser.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

/** Make a response from received bytes, however they are cut; bounded memory whatever comes.

    Interim responses (1xx) are skipped. Refused are heads with sloppy line ends or folded fields, lengths
    that
    are ambiguous, transfer codings other than chunked, and content codings.

    The fields of a response follow the grammar of a request's. So behind a request line of ours they are read
    by the same parser, with the same strictness, and Beast's is compiled once only.
*/
class answer_reader {
public:
  answer_reader(bool to_head_request, std::size_t max_header_bytes, std::size_t max_body_bytes)
      : to_head_request_(to_head_request),
        max_header_bytes_(max_header_bytes),
        max_body_bytes_(max_body_bytes) {}

  bool done() const noexcept { return state_ == state::done; }
  /** Whether anything has come. */
  bool begun() const noexcept { return begun_; }
  /** Whether the connection may carry another request (RFC 9112 section 9.3): the response is complete, says that it may, and
      nothing came behind it. */
  bool leaves_connection_open() const noexcept { return done() && persistent_ && pending_.empty(); }

  /** Take more bytes; an error is final. */
  std::optional<http_errc> put(std::string_view bytes) {
    begun_ = begun_ || !bytes.empty();
    pending_.append(bytes);
    while (state_ == state::head) {
      auto const step = scanner_.scan(pending_);
      if (step == head_scanner::step::malformed) return http_errc::bad_answer;
      bool const complete = step == head_scanner::step::complete;
      if ((complete ? scanner_.end() : pending_.size()) > max_header_bytes_)
        return http_errc::answer_too_large;
      if (!complete) return std::nullopt;
      auto const wrong =
          put_head(std::string_view{pending_}.substr(scanner_.begin(), scanner_.end() - scanner_.begin()));
      if (wrong) return wrong;
      pending_.erase(0, scanner_.end());
      scanner_.reset();
    }
    return state_ == state::body ? put_body() : std::nullopt;
  }

  /** The peer closed its side: the end of some bodies, a failure of others. */
  std::optional<http_errc> end() {
    if (state_ == state::body && until_end_) state_ = state::done;
    return done() ? std::nullopt : std::optional{http_errc::answer_cut_short};
  }

  fetch_response take() { return std::move(answer_); }

private:
  enum class state { head, body, done };
  static constexpr int max_interim = 8;

  std::optional<http_errc> put_head(std::string_view head) {
    // "HTTP/1.1 200 Reason CRLF"; the reason is for nobody
    std::size_t const line = head.find("\r\n");
    auto const digit = [head](std::size_t at) { return head[at] >= '0' && head[at] <= '9'; };
    if (line < 12 || head.substr(0, 7) != "HTTP/1." || (head[7] != '0' && head[7] != '1') || head[8] != ' ' ||
        !digit(9) || !digit(10) || !digit(11) || (line > 12 && head[12] != ' '))
      return http_errc::bad_answer;
    answer_.status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
    if (answer_.status < 100) return http_errc::bad_answer;
    if (answer_.status < 200)
      return answer_.status == 101 || ++interim_ > max_interim ? std::optional{http_errc::bad_answer}
                                                               : std::nullopt;

    head_ = "GET / HTTP/1.1\r\nHost: a\r\n";
    head_[13] = head[7];
    constexpr std::size_t ours = 1;  // fields of our own
    head_ += head.substr(line + 2);
    limits bounds;
    bounds.header_fields = 1000;
    if (parser_.parse_head(head_, bounds)) return http_errc::bad_answer;
    for (field_view const& field : parser_.head().fields().subspan(ours))
      answer_.fields.push_back({std::string{field.name}, std::string{field.value}});
    answer_.content_type = answer_.find("content-type").value_or("");
    for (fetch_response::field const& field : answer_.fields)
      if (iequals(field.name, "content-encoding") && !field.value.empty() &&
          !iequals(field.value, "identity"))
        return http_errc::answer_encoded;

    bool const has_length = answer_.find("content-length").has_value();
    until_end_ = !has_length && parser_.body_framing() == framing::none;
    bool const bodiless = to_head_request_ || answer_.status == 204 || answer_.status == 304 ||
                          (has_length && parser_.content_length() == 0);
    persistent_ = (bodiless || !until_end_) && wants_to_persist(head[7] == '1');
    state_ = bodiless ? state::done : state::body;
    if (!bodiless && has_length && parser_.content_length() > max_body_bytes_)
      return http_errc::answer_too_large;
    return std::nullopt;
  }

  bool wants_to_persist(bool version_1_1) const noexcept {
    bool keeps = version_1_1;
    for (fetch_response::field const& field : answer_.fields) {
      if (!iequals(field.name, "connection")) continue;
      if (list_contains(field.value, "close")) return false;
      keeps = keeps || list_contains(field.value, "keep-alive");
    }
    return keeps;
  }

  std::optional<http_errc> put_body() {
    if (parser_.body_framing() == framing::chunked) {
      auto const progress = parser_.put_chunked(pending_, &answer_.body, max_body_bytes_);
      pending_.erase(0, progress.used);
      if (progress.done) state_ = state::done;
      if (progress.failure == http_errc::body_too_large) return http_errc::answer_too_large;
      return progress.failure ? std::optional{http_errc::bad_answer} : std::nullopt;
    }
    answer_.body += pending_;
    pending_.clear();
    if (until_end_)
      return answer_.body.size() > max_body_bytes_ ? std::optional{http_errc::answer_too_large}
                                                   : std::nullopt;
    if (answer_.body.size() >= parser_.content_length()) {
      auto const length = static_cast<std::size_t>(parser_.content_length());
      persistent_ = persistent_ && answer_.body.size() == length;
      answer_.body.resize(length);
      state_ = state::done;
    }
    return std::nullopt;
  }

  bool to_head_request_;
  std::size_t max_header_bytes_;
  std::size_t max_body_bytes_;
  state state_ = state::head;
  std::string pending_;
  head_scanner scanner_;
  std::string head_;
  request_parser parser_;
  bool until_end_ = false;
  bool persistent_ = false;
  bool begun_ = false;
  int interim_ = 0;
  fetch_response answer_;
};

}  // namespace mcpawl::http::detail
