// examples/access_emulator/emulated_reply.hpp - short responses of the access emulator, and the forms that ask for them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encoding_opts.hpp>
#include <boost/url/parse_query.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace examples {

using answer = boost::beast::http::response<boost::beast::http::string_body>;

template <class Text>
std::string_view view(Text const& text) {
  return {text.data(), text.size()};
}

inline answer reply(boost::beast::http::status status, std::string_view type, std::string body) {
  answer out(status, 11);
  out.set(boost::beast::http::field::content_type, boost::beast::string_view(type.data(), type.size()));
  out.set(boost::beast::http::field::cache_control, "no-store");
  out.body() = std::move(body);
  return out;
}

inline answer error_answer(boost::beast::http::status status, std::string text) {
  return reply(status, "text/plain", std::move(text) + '\n');
}

/** The fields of a form as an object of texts. */
inline boost::json::object read_form(std::string const& text) {
  boost::json::object out;
  auto const parsed = boost::urls::parse_query(text);
  if (!parsed) return out;
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  for (auto const& field : *parsed) out[field.key.decode(options)] = field.value.decode(options);
  return out;
}

/** A member as text; numbers are taken as they are written. */
inline std::string text_of(boost::json::object const& from, char const* name) {
  auto const* const found = from.if_contains(name);
  if (!found) return std::string();
  return found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
}

}  // namespace examples
