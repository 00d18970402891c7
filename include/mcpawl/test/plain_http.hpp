// mcpawl/test/plain_http.hpp - a request and a response as values, for doubles that need no socket
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/status.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** Header fields, each a name and a value, in the order they came. */
using plain_fields = std::vector<std::pair<std::string, std::string>>;

/** The value of the first field of that name, in whatever case; empty if there is none. */
inline std::string_view field_of(plain_fields const& fields, std::string_view name) noexcept {
  for (auto const& [known, value] : fields)
    if (http::iequals(known, name)) return value;
  return {};
}

/** A request as a double sees it. */
struct plain_request {
  std::string method;
  std::string target;  ///< Path and query.
  plain_fields fields;
  std::string body;

  std::string_view path() const noexcept { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const noexcept {
    auto const mark = target.find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
  }
  std::string_view field(std::string_view name) const noexcept { return field_of(fields, name); }
};

/** How a response is sent. */
enum class delivery {
  whole,
  truncated,  ///< The connection ends in the middle of the body.
  never,      ///< Nothing is sent, and the connection stays open until the client gives up.
};

/** A response as a double gives it. */
struct plain_answer {
  int status = 200;
  plain_fields fields;
  std::string body;
  delivery sent = delivery::whole;

  std::string_view field(std::string_view name) const noexcept { return field_of(fields, name); }

  /** What goes over the wire; empty if nothing does. The connection ends with it. */
  std::string wire() const {
    if (sent == delivery::never) return std::string();
    std::string text = "HTTP/1.1 " + std::to_string(status) + ' ' + std::string(http::reason_phrase(status));
    for (auto const& [name, value] : fields) text += "\r\n" + name + ": " + value;
    text += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
    return text.append(body, 0, sent == delivery::truncated ? body.size() / 2 : body.size());
  }
};

/** A response with a body of some type that nobody may keep. */
inline plain_answer answer_with(int status, std::string type, std::string body) {
  plain_answer out;
  out.status = status;
  out.fields.emplace_back("Content-Type", std::move(type));
  out.fields.emplace_back("Cache-Control", "no-store");
  out.body = std::move(body);
  return out;
}

}  // namespace mcpawl::test
