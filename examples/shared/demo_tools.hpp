// examples/shared/demo_tools.hpp - the tools of Cloudflare's demos: two for everybody, one for a few
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcpawl.hpp>

#include "drawing.hpp"
#include "options.hpp"

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

// --- a tool for everybody whom Access lets in

struct add_args {
  double a, b;
};
template <>
inline constexpr auto mcpawl::docs<add_args> = mcpawl::fields(mcpawl::field<&add_args::a>("First number."),
                                                              mcpawl::field<&add_args::b>("Second number."));

struct sum {
  double total;
};

inline sum add(add_args in) {
  double const total = in.a + in.b;
  if (!std::isfinite(total)) throw mcpawl::tool_error("the sum is too large for a number");
  return {total};
}

// --- a tool that knows its caller: only a verified token makes an access_identity

struct caller {
  std::string email;  ///< Empty for a service token, which has a client id instead.
  std::string name;
  std::string client_id;
  std::string subject;
  std::string country;
  std::vector<std::string> groups;
};

inline caller whoami(mcpawl::access_identity const& who) {
  return {who->email,   who->name,    who->common_name.empty() ? who->client_id : who->common_name,
          who->subject, who->country, who->groups};
}

// --- a tool that only some callers see

struct draw_args {
  std::string prompt;
  std::vector<double> numbers;
  int width = 320;
  int height = 200;
};
template <>
inline constexpr auto mcpawl::docs<draw_args> = mcpawl::fields(
    mcpawl::field<&draw_args::prompt>("What to write; above a chart, its title.")
        .min_length(1)
        .max_length(300),
    mcpawl::field<&draw_args::numbers>("Draw a chart with a bar for each of these; none: just the text.")
        .max_items(50)
        .defaulted(),
    mcpawl::field<&draw_args::width>("Pixels.").minimum(64).maximum(640),
    mcpawl::field<&draw_args::height>("Pixels.").minimum(48).maximum(480));

inline mcpawl::image_content draw(draw_args const& in) {
  examples::drawing picture(in.width, in.height);
  int const title_end = in.numbers.empty() ? in.height - 8 : in.height / 4;
  picture.write(in.prompt, 8, title_end);
  picture.bars(in.numbers, title_end + 4, in.height - 8);
  return {picture.png(), "image/png"};
}

// --- what the servers with these tools have in common

namespace examples {

/** Who may use the tool `draw`: `ALLOWED_EMAILS`. */
inline std::set<std::string> read_artists(mcpawl::settings& settings) {
  std::set<std::string> artists;
  for (std::string const& email : list(settings, "ALLOWED_EMAILS")) {
    if (!email.empty() && email.find('@') == std::string::npos)
      settings.add_error("ALLOWED_EMAILS", "has \"" + email + "\", which is no email");
    artists.insert(lower(email));
  }
  return artists;
}

/** Register the tools at a server whose callers Access knows, by whatever policy. */
template <class Server>
void add_demo_tools(Server& srv, std::set<std::string> artists) {
  srv.tool("add", "Add two numbers.", add).title("Add").read_only().idempotent();
  srv.tool("whoami", "Tell who is calling, as Cloudflare Access knows them.", whoami)
      .title("Who am I?")
      .read_only();
  srv.tool("draw", "Draw a small picture: a text, or a chart of numbers with a title.", draw)
      .title("Draw")
      .read_only()
      .allow([artists = std::move(artists)](mcpawl::access_identity const& who) {
        return artists.contains(lower(who->email));
      });
}

}  // namespace examples
