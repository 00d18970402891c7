// examples/5_other_issuers/bearer.cpp - an MCP server for access tokens of any OAuth issuer: a notebook for each caller's
// department
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/jwt_bearer.hpp>
#include <mcpawl/mcpawl.hpp>

#include "../shared/options.hpp"
#include "../shared/program.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

constexpr char usage[] =
    R"(usage: bearer [--listen ADDRESS:PORT] [--threads N]

An MCP server at /mcp that takes access tokens (JWT) of Auth0, Entra ID, Keycloak, Okta and the like.

  --listen ADDRESS:PORT   where to listen; 127.0.0.1:8080, port 0 for any that is free
  --threads N             threads that serve; 1

Environment:
  PUBLIC_URL              how clients reach this server, such as https://mcp.example.com
  JWT_ISSUER              the issuer as tokens name it in `iss`, to the last slash
  JWT_AUDIENCE            what tokens for this server have in `aud`; several with commas
  JWT_JWKS_URL            where the issuer's keys are; without it the issuer's metadata is asked
  JWT_SCOPES              scopes that every token must have, with spaces
  ALLOWED_HOSTS           names of this server besides that in PUBLIC_URL, with commas
  ALLOWED_ORIGINS         web pages that may call from a browser, such as https://app.example.com, with commas

Everybody with a token may read the notes; writing needs the scope `notes:write`, which clients are told to ask for
when they write for the first time.

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for errors in options or environment, 1 if it cannot listen.
)";

// --- claims of our own: a token may have them, besides those that all tokens have

struct staff {
  std::optional<std::string> department;
  std::optional<std::string> email;
};
using caller = mcpawl::bearer_identity<staff>;

std::string department_of(caller const& who) { return who->claims.department.value_or("everybody"); }

// --- the notebooks; tools run on all threads at once

class notebooks {
public:
  std::vector<std::string> read(std::string const& department) const {
    std::lock_guard const lock(mutex_);
    auto const found = notes_.find(department);
    return found == notes_.end() ? std::vector<std::string>() : found->second;
  }
  void add(std::string const& department, std::string note) {
    constexpr std::size_t most = 100;
    std::lock_guard const lock(mutex_);
    auto& list = notes_[department];
    if (list.size() == most) throw mcpawl::tool_error("the notebook is full");
    list.push_back(std::move(note));
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> notes_;
};

struct note {
  std::string text;
};
template <>
inline constexpr auto mcpawl::docs<note> =
    mcpawl::fields(mcpawl::field<&note::text>("What to remember.").min_length(1).max_length(500));

struct notes {
  std::string department;
  std::vector<std::string> list;
};

// --- the server

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings, examples::http_usage);
    auto options = examples::listening(line, "127.0.0.1:8080");
    examples::operation operation(line, options);
    line.finish();
    examples::read_allowed(settings, options);
    auto policy = mcpawl::bearer_options::from(settings);
    settings.throw_if_invalid();  // everything that is wrong, at once
    options.allowed_hosts.push_back(policy.endpoint().host());
    policy.offered_scopes = {"notes:write"};
    policy.resource_name = "Notes";

    auto const books = std::make_shared<notebooks>();
    mcpawl::server srv{{"Notes", "1.0.0"}, mcpawl::jwt_bearer<staff>(policy)};
    srv.tool("read_notes", "Read the notes of your department.",
             [books](caller const& who) -> notes {
               return {department_of(who), books->read(department_of(who))};
             })
        .title("Read notes")
        .read_only();
    srv.tool("add_note", "Add a note for your department.",
             [books](note const& in, caller const& who) {
               books->add(department_of(who), who->claims.email.value_or(who->subject) + ": " + in.text);
               return "noted";
             })
        .title("Add a note")
        .requires_scope("notes:write");

    mcpawl::serve_http(srv, options);
  });
}
