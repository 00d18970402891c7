// examples/access_emulator/emulated_token.hpp - makes the token that somebody asks the access emulator for
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/test/fake_access.hpp>

#include "../shared/options.hpp"
#include "emulated.hpp"
#include "emulated_reply.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <string_view>

namespace examples {

/** Answer `POST /emulator/token`; `body` is a form or JSON, as the usage of the emulator says. */
inline answer mint_token(mcpawl::test::fake_access const& access, std::string const& body) {
  using boost::beast::http::status;
  boost::system::error_code error;
  boost::json::value const parsed = body.starts_with('{') ? boost::json::parse(body, error) : read_form(body);
  if (error) return error_answer(status::bad_request, "the body is neither a form nor JSON");
  boost::json::object const& wish = parsed.get_object();
  std::string const email = text_of(wish, "email"), service = text_of(wish, "service");
  if (email.empty() == service.empty())
    return error_answer(status::bad_request, "say for whom: `email` or `service`");
  if (std::string const name = text_of(wish, "forgery"); !name.empty()) {
    forgery const* const how = find_name(forgeries, name);
    if (how && !email.empty()) return reply(status::ok, "text/plain", access.forge(*how, email));
    return error_answer(status::bad_request, "forgery is for an email, one of: " + names_of(forgeries));
  }
  mcpawl::test::access_token made = email.empty() ? access.service(service) : access.user(email);
  if (std::string const lifetime = text_of(wish, "lifetime"); !lifetime.empty()) {
    int seconds = 0;
    if (!parse_number(lifetime, seconds))
      return error_answer(status::bad_request, "lifetime must be a number of seconds");
    made.claim("exp", mcpawl::clock::system().wall() + seconds);
  }
  if (auto const* const claims = wish.if_contains("claims")) {
    if (!claims->is_object()) return error_answer(status::bad_request, "claims must be an object");
    for (auto const& claim : claims->get_object()) {
      std::string_view const name = view(claim.key());
      if (claim.value().is_null())
        made.without(name);
      else
        made.claim(name, claim.value());
    }
  }
  return reply(status::ok, "text/plain", access.sign(made));
}

}  // namespace examples
