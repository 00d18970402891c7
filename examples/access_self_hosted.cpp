// examples/access_self_hosted.cpp - an MCP server behind Cloudflare Access: two tools for everybody, one for
// a few
#include <mcpawl/mcpawl.hpp>

#include "drawing.hpp"
#include "options.hpp"
#include "program.hpp"

#include <cmath>
#include <set>
#include <string>
#include <vector>

constexpr char usage[] =
    R"(usage: access_self_hosted [--listen ADDRESS:PORT] [--threads N]

An MCP server at /mcp behind a self-hosted application of Cloudflare Access.

  --listen ADDRESS:PORT   where to listen; 127.0.0.1:8080, port 0 for any that is free
  --threads N             threads that serve; 1

Environment:
  TEAM_DOMAIN             https://TEAM.cloudflareaccess.com
  POLICY_AUD              the AUD tag of the application; several with commas
  ALLOWED_EMAILS          who may use the tool `draw`, with commas; nobody if it is not set
  ALLOWED_HOSTS           the public names of this server, such as mcp.example.com, with commas
  ALLOWED_ORIGINS         web pages that may call from a browser, such as https://app.example.com, with commas
  ALLOW_SERVICE_TOKENS    true to let service tokens in as well

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for mistakes in options or environment, 1 if it cannot listen.
)";

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

sum add(add_args in) {
  double const total = in.a + in.b;
  if (!std::isfinite(total)) throw mcpawl::tool_error("the sum is too large for a number");
  return {total};
}

// --- a tool that knows its caller: only a verified token makes an access_identity

struct caller {
  std::string email;  ///< Empty for a service token, which has a client id instead.
  std::string client_id;
  std::string subject;
  std::string country;
  std::vector<std::string> groups;
};

caller whoami(mcpawl::access_identity const& who) {
  return {who->email, who->common_name, who->subject, who->country, who->groups};
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

mcpawl::image_content draw(draw_args const& in) {
  examples::drawing picture(in.width, in.height);
  int const title_end = in.numbers.empty() ? in.height - 8 : in.height / 4;
  picture.write(in.prompt, 8, title_end);
  picture.bars(in.numbers, title_end + 4, in.height - 8);
  return {picture.png(), "image/png"};
}

// --- the server

int main(int argc, char** argv) {
  try {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings);
    examples::endpoint const at = line.listen("--listen", "127.0.0.1:8080");
    unsigned const threads = line.number("--threads", 1, 1, 256);
    line.finish();

    std::set<std::string> artists;
    for (std::string const& email : examples::list(settings, "ALLOWED_EMAILS")) {
      if (!email.empty() && email.find('@') == std::string::npos)
        settings.mistake("ALLOWED_EMAILS", "has \"" + email + "\", which is no email");
      artists.insert(examples::lower(email));
    }
    mcpawl::http_options options{.address = at.address, .port = at.port, .threads = threads};
    options.allowed_hosts = examples::list(settings, "ALLOWED_HOSTS");
    options.allowed_origins = examples::list(settings, "ALLOWED_ORIGINS");
    auto access = mcpawl::access_options::from(settings);
    settings.complain();  // everything that is wrong, at once

    mcpawl::server srv{{"Access Self-Hosted MCP Demo", "1.0.0"}, mcpawl::access_jwt(access)};
    srv.tool("add", "Add two numbers.", add).title("Add").read_only().idempotent();
    srv.tool("whoami", "Tell who is calling, as Cloudflare Access knows them.", whoami)
        .title("Who am I?")
        .read_only();
    srv.tool("draw", "Draw a small picture: a text, or a chart of numbers with a title.", draw)
        .title("Draw")
        .read_only()
        .allow([artists](mcpawl::access_identity const& who) {
          return artists.contains(examples::lower(who->email));
        });

    options.on_ready = examples::print_ready;
    mcpawl::serve_http(srv, options);
    return 0;
  } catch (...) {
    return examples::exit_code_of_failure();
  }
}
