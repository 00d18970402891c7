// examples/6_everything/everything.cpp - everything a server can offer, once: what the official conformance suite asks for
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/raw_tool.hpp>
#include <mcpawl/serve_stdio.hpp>

#include "../shared/options.hpp"
#include "../shared/program.hpp"
#include "../shared/stores.hpp"
#include "asking_tools.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr char usage[] = R"(usage: everything [--listen ADDRESS:PORT] [--threads N] [--access]
       everything --stdio

An MCP server that has one of everything, for clients and test suites to try. It lets everybody in, so it
listens on 127.0.0.1:8080 unless it is told otherwise.

  --access  let in whom Cloudflare Access lets in
  --stdio   talk to the client that started it over standard input and output instead

Environment:
  TEAM_DOMAIN, POLICY_AUD   with --access, whose tokens are let in
  SESSION_KEYS              keys of 64 hexadecimal digits, with commas, the newest first: a server that is
                            started again with the same goes on with the sessions there were
  SHARED_STORE              where instances that serve the same clients have what they must know of each other:
                            postgresql://... or redis://..., if it is built with their libraries

Prints `listening on URL` when it is ready. SIGINT and SIGTERM finish what is under way and exit with 0.
Exit status: 2 for errors in options, 1 if it cannot listen.
)";

std::string const png = mcpawl::decode_base64(
                            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIA"
                            "X8jx0gAAAABJRU5ErkJggg==")
                            .value();
std::string const wav =
    mcpawl::decode_base64("UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=").value();

mcpawl::task<> pause(int milliseconds) {
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  timer.expires_after(std::chrono::milliseconds(milliseconds));
  co_await timer.async_wait(boost::asio::use_awaitable);
}

// --- tools: content of every kind

std::string simple_text() { return "This is a simple text response for testing."; }

mcpawl::image_content image() { return {png, "image/png"}; }

mcpawl::audio_content audio() { return {wav, "audio/wav"}; }

mcpawl::embedded_resource embedded() {
  return {"test://embedded-resource",
          mcpawl::resource_contents::text("This is an embedded resource content.", "text/plain")};
}

mcpawl::resource_link link() {
  mcpawl::resource_link to("test://static-text", "static-text");
  to.mime_type = "text/plain";
  return to;
}

mcpawl::tool_result multiple() {
  mcpawl::tool_result r;
  r.text("Multiple content types test:").image(png, "image/png");
  r.embed("test://mixed-content-resource",
          mcpawl::resource_contents::text(R"({"test":"data","value":123})", "application/json"));
  return r;
}

std::string failure() { throw mcpawl::tool_error("This tool intentionally returns an error for testing"); }

// --- tools: what is sent before the response

mcpawl::task<std::string> progress(mcpawl::context& ctx) {
  for (int done : {0, 50, 100}) {
    co_await ctx.progress(done, 100);
    co_await pause(50);
  }
  co_return "Progress was reported.";
}

mcpawl::task<std::string> logging(mcpawl::context& ctx) {
  co_await ctx.log(mcpawl::message_level::info, "Tool execution started");
  co_await pause(50);
  co_await ctx.log(mcpawl::message_level::info, "Tool processing data");
  co_await pause(50);
  co_await ctx.log(mcpawl::message_level::info, "Tool execution completed");
  co_return "Messages were sent.";
}

mcpawl::task<std::string> reconnection(mcpawl::context& ctx) {
  ctx.close_stream();
  co_await pause(100);
  co_return "Reconnection test completed.";
}

// --- tools: cancelled by the client

std::atomic<int> cancelled_calls = 0;

/** Counts a call that ends before it is finished. */
class unfinished {
public:
  unfinished() = default;
  unfinished(unfinished const&) = delete;
  unfinished& operator=(unfinished const&) = delete;
  ~unfinished() { cancelled_calls += finished_ ? 0 : 1; }
  void finish() noexcept { finished_ = true; }

private:
  bool finished_ = false;
};

mcpawl::task<std::string> patience(mcpawl::context& ctx) {
  unfinished call;
  co_await ctx.progress(1, 2, "Waiting to be cancelled.");
  co_await pause(60'000);
  call.finish();
  co_return "Nobody cancelled this call.";
}

struct count {
  int cancelled;
};

count cancellations() { return {cancelled_calls}; }

// --- tools: arguments and results with schemas

struct forecast_args {
  std::string city;
};
struct forecast {
  std::string city;
  double celsius;
  std::vector<int> wind;
};

forecast structured(forecast_args const& in) { return {in.city, 21.5, {3, 5, 4}}; }

constexpr char with_header_schema[] = R"({"type":"object","properties":{
"region":{"type":"string","x-mcp-header":"Region"},"level":{"type":"integer"}}})";

std::string with_header(boost::json::object const& in) {
  auto const* region = in.if_contains("region");
  return "region=" + (region && region->is_string() ? std::string(region->get_string()) : std::string());
}

constexpr char keywords_schema[] =
    R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
"$defs":{"address":{"$anchor":"addressDef","type":"object",
"properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
"contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false})";

boost::json::object keywords(boost::json::object in) { return in; }

// --- resources

struct item {
  std::string id;
};
struct item_data {
  std::string id;
  bool templateTest = true;
  std::string data;
};

item_data read_item(item const& wanted) { return {wanted.id, true, "Data for ID: " + wanted.id}; }

// --- prompts

struct two_args {
  std::string arg1, arg2;
};

std::string with_arguments(two_args const& in) {
  return "Prompt with arguments: arg1='" + in.arg1 + "', arg2='" + in.arg2 + "'";
}

struct resource_args {
  std::string resourceUri;
};

mcpawl::prompt_result with_resource(resource_args const& in) {
  mcpawl::prompt_result r;
  r.user(mcpawl::embedded_resource(
      in.resourceUri,
      mcpawl::resource_contents::text("Embedded resource content for testing.", "text/plain")));
  return r.user("Please process the embedded resource above.");
}

mcpawl::prompt_result with_image() {
  mcpawl::prompt_result r;
  return r.user(mcpawl::image_content(png, "image/png")).user("Please analyze the image above.");
}

template <class Server>
void add_tools(Server& srv) {
  srv.tool("test_simple_text", "Answers a text.", simple_text).read_only();
  srv.tool("test_image_content", "Answers an image.", image).read_only();
  srv.tool("test_audio_content", "Answers a sound.", audio).read_only();
  srv.tool("test_embedded_resource", "Answers a resource.", embedded).read_only();
  srv.tool("test_resource_link", "Answers a link to a resource.", link).read_only();
  srv.tool("test_multiple_content_types", "Answers content of several kinds.", multiple).read_only();
  srv.tool("test_error_handling", "Fails.", failure);
  srv.tool("test_tool_with_progress", "Tells how far it has come.", progress);
  srv.tool("test_tool_with_logging", "Sends messages.", logging);
  srv.tool("test_logging_tool", "Sends messages to those who ask for them.", logging);
  srv.tool("test_reconnection", "Lets the client come back for the result.", reconnection);
  srv.tool("test_cancellation", "Takes a minute, for those who do not wait.", patience);
  srv.tool("test_cancelled_calls", "Tells how many calls did not wait.", cancellations).read_only();
  srv.tool("test_trigger_tool_change", "Says that the list of tools has changed.",
           [&srv] { srv.notify_tools_changed(); });
  srv.tool("test_trigger_prompt_change", "Says that the list of prompts has changed.",
           [&srv] { srv.notify_prompts_changed(); });
  srv.tool("test_structured_content", "Answers data with a schema.", structured).read_only();
  srv.raw_tool("test_x_mcp_header", "Has an argument that is mirrored in a header.", with_header_schema,
               with_header);
  srv.raw_tool("json_schema_2020_12_tool", "Has a schema of many keywords.", keywords_schema, keywords);
}

template <class Server>
void add_resources(Server& srv) {
  srv.resource("test://static-text", "Static Text Resource",
               "This is the content of the static text resource.")
      .description("A text that never changes.")
      .mime_type("text/plain");
  srv.resource("test://static-binary", "Static Binary Resource",
               mcpawl::resource_contents::binary(png, "image/png"))
      .description("An image that never changes.");
  srv.resource("test://watched-resource", "Watched Resource", "Watched resource content")
      .description("A resource to subscribe to.")
      .mime_type("text/plain");
  srv.resource_template("test://template/{id}/data", "Resource Template", read_item)
      .description("Data of an item.")
      .complete("id", std::vector<std::string>{"123", "124", "200"});
}

template <class Server>
void add_prompts(Server& srv) {
  srv.prompt("test_simple_prompt", "Has no arguments.",
             [] { return "This is a simple prompt for testing."; });
  srv.prompt("test_prompt_with_arguments", "Has two arguments.", with_arguments)
      .complete("arg1", std::vector<std::string>{"test one", "test two", "other"});
  srv.prompt("test_prompt_with_embedded_resource", "Brings a resource along.", with_resource);
  srv.prompt("test_prompt_with_image", "Brings an image along.", with_image);
}

/** Whether this server is for everybody or behind a policy, it offers the same. */
template <class Server>
void add_everything(Server& srv) {
  add_tools(srv);
  add_resources(srv);
  add_prompts(srv);
  examples::add_asking_tools(srv);
}

}  // namespace

int main(int argc, char** argv) {
  return mcpawl::run([&] {
    mcpawl::settings settings;
    examples::command_line line(argc, argv, usage, settings, examples::http_usage);
    auto options = examples::listening(line, "127.0.0.1:8080");
    examples::operation operation(line, options);
    bool const access = line.flag("--access");
    bool const stdio = line.flag("--stdio");
    line.finish();
    if (access && stdio) settings.add_error("--access", "is for HTTP, and --stdio is not");
    mcpawl::server_options const protocol = examples::shared_by_instances(settings);
    std::optional<mcpawl::access_options> policy;
    if (access) policy = mcpawl::access_options::from(settings);
    settings.throw_if_invalid();

    mcpawl::implementation const name("everything", "1.0.0");
    if (policy) {
      mcpawl::server srv{name, mcpawl::access_jwt(*policy), protocol};
      add_everything(srv);
      mcpawl::serve_http(srv, options);
      return;
    }
    mcpawl::server srv{name, mcpawl::no_auth(), protocol};
    add_everything(srv);
    if (stdio)
      mcpawl::serve_stdio(srv);
    else
      mcpawl::serve_http(srv, options);
  });
}
