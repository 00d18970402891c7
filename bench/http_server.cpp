// bench/http_server.cpp - the same tools for everybody or for holders of an access token of ours:
// http_call.sh compares
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/observe/json_log.hpp>
#include <mcpawl/observe/prometheus.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/open_store.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include "../examples/shared/options.hpp"
#include "../examples/shared/program.hpp"

#include <optional>
#include <string>
#include <utility>

namespace {

constexpr char usage[] =
    R"(usage: http_server [--listen ADDRESS:PORT] [--oauth] [--metrics] [--access-log]

An MCP server at /mcp with one thread and two tools: `add`, and `add_in_steps`, which tells how far it has come.

  --listen ADDRESS:PORT  where to listen; 127.0.0.1:8080, port 0 for any that is free
  --oauth                let in whom the example access_saas lets in, whose environment it needs; without it,
                         everybody
  --metrics              count for Prometheus, and show it to nobody
  --access-log           write a line for each request, to /dev/null

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for errors in options or environment, 1 if it cannot listen.
)";

struct add_args {
  double a, b;
};

struct sum {
  double total;
};

sum add(add_args in) { return {in.a + in.b}; }

mcpawl::task<sum> add_in_steps(add_args in, mcpawl::context& ctx) {
  co_await ctx.progress(1, 2);
  co_return add(in);
}

template <class Policy>
void serve(Policy policy, mcpawl::http_options const& options) {
  mcpawl::server srv{{"bench", "1.0.0"}, std::move(policy)};
  srv.tool("add", "Add two numbers.", add).title("Add").read_only().idempotent();
  srv.tool("add_in_steps", "Add two numbers, slowly.", add_in_steps).title("Add in steps").read_only();
  mcpawl::serve_http(srv, options);
}

}  // namespace

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings);
    examples::endpoint const at = line.listen("--listen", "127.0.0.1:8080");
    bool const oauth = line.flag("--oauth");
    bool const counts = line.flag("--metrics"), logs = line.flag("--access-log");
    line.finish();

    mcpawl::http_options options{.address = at.address, .port = at.port};
    options.on_ready = examples::print_ready;
    mcpawl::prometheus metrics;
    std::optional<mcpawl::json_log> log;
    if (counts) options.observers.push_back(&metrics);
    if (logs) options.observers.push_back(&log.emplace(mcpawl::json_log_options{.file = "/dev/null"}));
    if (!oauth) {
      settings.throw_if_invalid();
      serve(mcpawl::no_auth(), options);
      return;
    }
    auto access = mcpawl::access_oauth_options::from(settings);
    auto store = mcpawl::open_store<mcpawl::sqlite_store, mcpawl::memory_store>(settings);
    settings.throw_if_invalid();  // everything that is wrong, at once
    serve(mcpawl::access_oauth(std::move(access), std::move(store)), options);
  });
}
