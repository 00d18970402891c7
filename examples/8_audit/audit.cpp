// examples/8_audit/audit.cpp - an audit log: a line of JSON for each call, with who, what, how it ended and how long it took
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/text/json_text.hpp>

#include "../shared/options.hpp"
#include "../shared/program.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>

constexpr char usage[] =
    R"(usage: audit [--listen ADDRESS:PORT] [--threads N]

An MCP server at /mcp behind a self-hosted application of Cloudflare Access, with an audit log.

  --listen ADDRESS:PORT   where to listen; 127.0.0.1:8080, port 0 for any that is free
  --threads N             threads that serve; 1

Environment:
  TEAM_DOMAIN             https://TEAM.cloudflareaccess.com
  POLICY_AUD              the AUD tag of the application; several with commas
  AUDIT_LOG               the file that the lines are appended to
  FROZEN_TOOLS            tools that nobody may call for now, with commas

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for errors in options or environment, 1 if it cannot listen.
)";

/** Appends lines to a file. A call whose line cannot be written has been made all the same: the server's log says what is missing. */
class audit_log {
public:
  explicit audit_log(std::string const& path) : file_(std::fopen(path.c_str(), "a"), &std::fclose) {}

  bool is_open() const noexcept { return file_ != nullptr; }

  /** Append a line; what was called with is not in it, since nobody knows what it holds. */
  void write(mcpawl::call_info const& call, mcpawl::access_claims const& who,
             mcpawl::call_outcome const& outcome) {
    std::string line = R"({"time":)";
    mcpawl::append_json_string(line, now());
    line += R"(,"user":)";
    mcpawl::append_json_string(line, who.label());
    line += R"(,"principal":)";  // tells callers apart, which a name does not
    mcpawl::append_json_string(line, mcpawl::access_principal(who));
    line += R"(,"method":)";
    mcpawl::append_json_string(line, call.method());
    line += R"(,"name":)";
    mcpawl::append_json_string(line, call.name());
    line += R"(,"outcome":)";
    mcpawl::append_json_string(line, to_string(outcome.status()));
    if (auto const code = outcome.error_code()) line += R"(,"code":)" + std::to_string(*code);
    auto const took = std::chrono::duration_cast<std::chrono::microseconds>(outcome.duration());
    line += R"(,"microseconds":)" + std::to_string(took.count()) + "}\n";
    std::lock_guard const lock(mutex_);
    bool const written = std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size();
    if (!written || std::fflush(file_.get()) != 0) log_.error("audit_line_lost", {{"name", call.name()}});
  }

private:
  static std::string now() {
    std::time_t const seconds = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
  }

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::mutex mutex_;  // calls run on all threads at once
  mcpawl::logger log_;
};

struct add_args {
  int a, b;
};
long add(add_args in) { return static_cast<long>(in.a) + in.b; }

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings);
    auto options = examples::listening(line, "127.0.0.1:8080");
    line.finish();
    auto const access = mcpawl::access_options::from(settings);
    auto const frozen = examples::list(settings, "FROZEN_TOOLS");
    std::string const path = settings.required("AUDIT_LOG");
    audit_log audit(path);
    if (!path.empty() && !audit.is_open()) settings.add_error("AUDIT_LOG", "cannot be opened for writing");
    settings.throw_if_invalid();

    mcpawl::server srv{{"audited", "1.0"}, mcpawl::access_jwt(access)};
    srv.tool("add", "Add two integers.", add).read_only().at_most(4).rate(60, std::chrono::minutes(1));

    // the outermost: it sees what the hooks inside refuse, too
    srv.around_calls([&audit](mcpawl::call_info const& call, mcpawl::access_identity const& who,
                              mcpawl::next_call next) -> mcpawl::task<mcpawl::call_outcome> {
      mcpawl::call_outcome outcome = co_await next();
      audit.write(call, *who, outcome);
      co_return outcome;
    });
    srv.around_calls([&frozen](mcpawl::call_info const& call, auto const&,
                               mcpawl::next_call next) -> mcpawl::task<mcpawl::call_outcome> {
      for (auto const& name : frozen)
        if (call.name() == name) co_return call.refuse(name + " is frozen for now");
      co_return co_await next();
    });
    mcpawl::serve_http(srv, options);
  });
}
