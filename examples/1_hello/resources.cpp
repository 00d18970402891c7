// examples/1_hello/resources.cpp - resources: one that is fixed, and as many as a URI template names
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcpawl.hpp>

#include "../shared/options.hpp"
#include "../shared/program.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr char usage[] = R"(usage: resources [--listen ADDRESS:PORT]

An MCP server with a shelf of poems. It lets everybody in, so it listens on 127.0.0.1:8080 unless it is told
otherwise. Prints `listening on URL` when it is ready; SIGINT and SIGTERM end it.
Exit status: 2 for errors in options, 1 if it cannot listen.
)";

std::map<std::string, std::vector<std::string>> const shelf{
    {"blake", {"Tyger Tyger, burning bright,", "In the forests of the night;"}},
    {"shelley",
     {"I met a traveller from an antique land,", "Who said: Two vast and trunkless legs of stone"}},
};

/** The variables of `poem://{poet}{?line}`. */
struct poem_id {
  std::string poet;
  std::optional<unsigned> line;  ///< From 1; none for all of them.
};

/** No value: there is no such resource. */
std::optional<std::string> read_poem(poem_id const& id) {
  auto const found = shelf.find(id.poet);
  if (found == shelf.end()) return std::nullopt;
  std::string all;
  for (unsigned i = 1; auto const& line : found->second) {
    if (!id.line || *id.line == i++) all += line + "\n";
  }
  if (all.empty()) return std::nullopt;
  return all;
}

std::vector<std::string> poets(std::string const& typed) {
  std::vector<std::string> names;
  for (auto const& [name, lines] : shelf)
    if (name.starts_with(typed)) names.push_back(name);
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings);
    examples::endpoint const at = line.listen("--listen", "127.0.0.1:8080");
    line.finish();
    settings.throw_if_invalid();

    mcpawl::server srv{{"poems", "1.0.0"}};
    srv.resource("poem://about", "about", "Two poems; read poem://blake or one line as poem://blake?line=1.")
        .mime_type("text/plain")
        .cache(mcpawl::cache_hint::for_everyone(std::chrono::hours(1)));
    srv.resource_template("poem://{poet}{?line}", "poem", read_poem)
        .description("A poem, or one line of it.")
        .mime_type("text/plain")
        .complete("poet", poets);

    mcpawl::http_options options{.address = at.address, .port = at.port};
    options.on_ready = examples::print_ready;
    mcpawl::serve_http(srv, options);
  });
}
