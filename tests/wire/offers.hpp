// tests/wire/offers.hpp - a server with something of every kind, and how to ask it in every revision
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fixture.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wire {

enum class tone { formal, friendly };

struct greeting_args {
  std::string name;
  std::optional<tone> manner;
  std::optional<std::string> language;
};

struct note_id {
  std::string owner;
  int number = 0;
};

struct row {
  std::string key;
  int value;
};

}  // namespace wire

template <>
inline constexpr auto mcpawl::docs<wire::greeting_args> =
    mcpawl::fields(mcpawl::field<&wire::greeting_args::name>("Whom to greet."));

namespace wire {

inline std::string const png{"\x89PNG\0\1", 6};
inline std::string const png_base64 = "iVBORwAB";

inline std::string greet(greeting_args const& in) {
  std::string out = in.manner == tone::formal ? "Write to " : "Say hi to ";
  return out + in.name + (in.language ? " in " + *in.language : "");
}

inline std::optional<std::string> read_note(note_id const& id) {
  if (id.number > 9) return std::nullopt;
  return id.owner + "/" + std::to_string(id.number);
}

inline mcpawl::task<std::string> slow_note(mcpawl::context& ctx, support::user const& who) {
  co_await ctx.progress(1);
  co_return ctx.uri() + " for " + who->name;
}

inline mcpawl::task<std::vector<std::string>> owners(mcpawl::completion_request const& asked) {
  std::vector<std::string> found{asked.value + "1", asked.value + "2"};
  for (auto const& [name, value] : asked.arguments) found.push_back(name + "=" + value);
  co_return found;
}

inline mcpawl::tool_result everything() {
  mcpawl::text_content text("for you");
  text.annotations.audience = {mcpawl::role::user};
  text.annotations.priority = 0.5;
  text.annotations.last_modified = "2026-07-28T00:00:00Z";
  text.meta["com.example/a"] = 1;
  mcpawl::resource_link link("https://example.com/a", "a");
  link.title = "The A";
  link.mime_type = "text/html";
  link.size = 12;
  link.icons.emplace_back("https://example.com/a.png", "image/png", std::vector<std::string>{"48x48"},
                          mcpawl::icon_theme::dark);
  mcpawl::tool_result out;
  out.add(text).image(png, "image/png").audio("RIFF", "audio/wav").link(link);
  out.embed("test://embedded", mcpawl::resource_contents::text("inside", "text/plain"));
  out.embed("test://bytes", mcpawl::resource_contents::binary(png, "image/png"));
  boost::json::object extra;
  extra["com.example/b"] = true;
  return out.meta(extra);
}

inline mcpawl::task<std::string> chat(mcpawl::context& ctx) {
  co_await ctx.log(mcpawl::message_level::debug, "chatter");
  co_await ctx.log(mcpawl::message_level::warning, "look out", "brakes");
  boost::json::object data;
  data["code"] = 7;
  co_await ctx.log(mcpawl::message_level::error, data);
  co_return ctx.trace().traceparent;
}

inline std::string traced(mcpawl::context& ctx) {
  return ctx.trace().traceparent + "|" + ctx.trace().tracestate + "|" + ctx.trace().baggage;
}

inline wire_server& offering_server() {
  static wire_server& srv = []() -> wire_server& {
    mcpawl::implementation info("offers", "1.0");
    info.title = "Offers";
    info.description = "Everything once.";
    info.website_url = "https://example.com";
    info.icons.emplace_back("data:image/png;base64,AAAA");
    mcpawl::server_options options;
    options.instructions = "Ask for anything.";
    options.cache.discovery = mcpawl::cache_hint::for_everyone(std::chrono::hours(1));
    options.cache.prompts = mcpawl::cache_hint::for_caller(std::chrono::seconds(5));
    static wire_server made{info, support::user_header{}, options};

    made.tool("everything", "Content of every kind.", everything)
        .icon(mcpawl::icon("https://example.com/t.png"));
    made.tool("chat", "Send messages.", chat);
    made.tool("traced", "Show the trace.", traced);

    made.resource("test://text", "text", "some text")
        .title("Some Text")
        .description("Never changes.")
        .mime_type("text/plain")
        .audience({mcpawl::role::assistant})
        .priority(1)
        .last_modified("2026-07-28T00:00:00Z")
        .icon(mcpawl::icon("https://example.com/r.png"))
        .cache(mcpawl::cache_hint::for_everyone(std::chrono::minutes(1)));
    made.resource("test://bytes", "bytes", mcpawl::resource_contents::binary(png, "image/png"));
    made.resource("test://slow", "slow", slow_note);
    made.resource("test://row", "row", [] { return row{"k", 7}; });
    made.resource("test://gone", "gone", [] { return std::optional<std::string>(); });
    made.resource("test://broken", "broken",
                  []() -> std::string { throw std::runtime_error("password=hunter2"); });
    made.resource("test://parts", "parts", [] {
      return std::vector<mcpawl::resource_contents>{
          mcpawl::resource_contents::text("one", "", "test://parts/1"),
          mcpawl::resource_contents::text("two")};
    });
    made.resource("test://secret", "secret", "for the boss").allow([](auto const& who) {
      return who->name == "boss";
    });
    made.resource_template("notes://{owner}/{number}", "note", read_note)
        .description("A note.")
        .mime_type("text/plain")
        .complete("owner", owners);
    made.resource_template("secret://{id}", "secrets",
                           [](boost::json::object variables) { return variables; })
        .allow([](auto const& who) { return who->name == "boss"; });

    made.prompt("greet", "Greet somebody.", greet)
        .title("Greeting")
        .icon(mcpawl::icon("https://example.com/p.png"))
        .complete("name",
                  [](std::string const& typed, support::user const& who) {
                    return std::vector<std::string>{typed + "!", who->name};
                  })
        .complete("language", std::vector<std::string>{"English", "Esperanto", "Latin"});
    made.prompt("all_kinds", "Messages of every kind.", [] {
      mcpawl::prompt_result r;
      r.user("words").assistant("more words");
      r.user(mcpawl::image_content(png, "image/png")).user(mcpawl::audio_content("RIFF", "audio/wav"));
      r.user(mcpawl::embedded_resource("test://e", mcpawl::resource_contents::text("inside")));
      return r.description("All of them.");
    });
    made.raw_prompt("raw", "By hand.", {mcpawl::detail::prompt_argument("a", "An argument.", true)},
                    [](boost::json::object in) { return std::string(in.at("a").as_string()); });
    made.prompt("failing", "Fails.", []() -> std::string { throw mcpawl::tool_error("out of ink"); });
    boost::json::object settings;
    settings["mimeTypes"] = boost::json::array{"text/html"};
    made.extension("com.example/ui", settings);
    made.experimental("com.example/try");
    return made;
  }();
  return srv;
}

inline constexpr char const* all_revisions[] = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25",
                                                "2026-07-28"};

/** A talk with the offering server that speaks every revision; sessions are opened when they are needed. */
struct offers : talk {
  offers() : talk({}, offering_server()) {}

  /** Ask as `user`; `params` is JSON text of an object without `_meta`, `meta_members` begins with a comma.
   */
  http_reply ask_as(std::string const& user, std::string const& version, std::string const& method,
                    std::string const& params = "{}", std::string const& meta_members = {}) {
    if (version == "2026-07-28") {
      std::string more(params.substr(1, params.size() - 2));
      if (!more.empty()) more.insert(0, 1, ',');
      std::string all(meta);
      all.insert(all.size() - 1, meta_members);
      auto const given = boost::json::parse(params);
      auto with = headers(method);
      for (char const* key : {"name", "uri"})
        if (auto const* value = given.as_object().if_contains(key); value && method != "completion/complete")
          with.emplace_back("Mcp-Name", value->is_string() ? value->as_string().c_str() : "?");
      std::string const body =
          R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" + all + more + "}}";
      return post_as(user, body, with);
    }
    auto const session = session_of(user, version);
    std::string const body =
        R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
    return post_as(user, body, {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", version}});
  }
  http_reply ask(std::string const& version, std::string const& method, std::string const& params = "{}",
                 std::string const& meta_members = {}) {
    return ask_as("alice", version, method, params, meta_members);
  }
  boost::json::value result(std::string const& version, std::string const& method,
                            std::string const& params = "{}") {
    return json_of(ask(version, method, params)).at("result");
  }
  int fault(std::string const& version, std::string const& method, std::string const& params = "{}") {
    return code_of(ask(version, method, params));
  }
  std::string session_of(std::string const& user, std::string const& version) {
    auto& known = sessions_[user + version];
    if (known.empty()) known = post_as(user, initialize(version)).field("mcp-session-id");
    return known;
  }

private:
  std::map<std::string, std::string> sessions_;
};

inline std::string text_of(boost::json::value const& v) { return boost::json::serialize(v); }

}  // namespace wire
