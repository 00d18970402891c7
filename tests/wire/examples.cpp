// tests/wire/examples.cpp - every example message of MCP 2026-07-28: taken if a server may receive it, sent
// if it may send it
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/json_schema/json_schema.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_examples)

using namespace live;
using boost::json::object;

namespace {

value read_file(std::string const& name) {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "examples_2026_07_28" / name);
  std::ostringstream text;
  text << file.rdbuf();
  return boost::json::parse(text.str());
}
object const& messages() {
  static value const all = read_file("messages.json");
  return all.as_object();
}
value const& example(std::string_view name) { return messages().at({name.data(), name.size()}); }

/** The type an example is of: the folder it is in. */
std::string kind_of(std::string_view name) { return std::string(name.substr(0, name.find('/'))); }

std::string text(value const& v) { return std::string(v.as_string()); }
value at(value const& v, char const* key, value otherwise = {}) {
  auto const* found = v.as_object().if_contains(key);
  return found ? *found : otherwise;
}

/** What the schema of the protocol says against a value being of a type; empty for nothing. */
std::string against_schema(std::string const& type, value const& v) {
  static mcpawl::detail::json_schema_library const library = [] {
    mcpawl::detail::json_schema_library made;
    made.add("https://example.com/mcp", read_file("schema.json"));
    return made;
  }();
  static std::map<std::string, mcpawl::detail::json_schema> known;
  auto found = known.find(type);
  if (found == known.end()) {
    object const ref{{"$ref", "https://example.com/mcp#/$defs/" + type}};
    std::vector<mcpawl::detail::json_schema_error> errors;
    found = known.emplace(type, mcpawl::detail::json_schema::compile(ref, errors, library).value()).first;
  }
  auto const problem = found->second.validate(v);
  return problem ? problem->pointer + " " + problem->message : std::string();
}

/** Where what was sent does not say what the example says; empty if it says it all. Words of errors, opaque
    texts and times are the server's own, and a default need not be said. */
std::string difference(value const& wanted, value const& sent, std::string const& where = {}) {
  auto const* object_wanted = wanted.if_object();
  if (!object_wanted || !sent.is_object()) return wanted == sent ? std::string() : where + " differs";
  static std::set<std::string_view> const own{"requestState", "nextCursor", "ttlMs", "supported"};
  for (auto const& member : *object_wanted) {
    std::string_view const key(member.key().data(), member.key().size());
    auto const* found = sent.get_object().if_contains(member.key());
    bool const is_default =
        (key == "isError" && member.value() == false) || (key == "mode" && member.value() == "form");
    if (!found && is_default) continue;
    std::string const here = where + '/' + std::string(key);
    if (!found) return here + " is missing";
    if (own.contains(key) || (key == "message" && object_wanted->contains("code"))) continue;
    if (auto const* list = member.value().if_array(); list && found->is_array()) {
      if (list->size() != found->get_array().size()) return here + " has another size";
      for (std::size_t i = 0; i != list->size(); ++i)
        if (auto d = difference((*list)[i], found->get_array()[i], here); !d.empty()) return d;
    } else if (auto d = difference(member.value(), *found, here); !d.empty()) {
      return d;
    }
  }
  return {};
}

// --- the server
// -----------------------------------------------------------------------------------------------

mcpawl::annotations annotations_of(value const& v) {
  mcpawl::annotations out;
  auto const* given = v.as_object().if_contains("annotations");
  if (!given) return out;
  value const readers = at(*given, "audience", boost::json::array());
  for (auto const& reader : readers.as_array())
    out.audience.push_back(reader == "user" ? mcpawl::role::user : mcpawl::role::assistant);
  if (auto const priority = at(*given, "priority"); !priority.is_null())
    out.priority = priority.to_number<double>();
  out.last_modified = text(at(*given, "lastModified", ""));
  return out;
}
std::string bytes_of(value const& base64) { return mcpawl::decode_base64(text(base64)).value(); }
mcpawl::resource_contents contents_of(value const& v) {
  if (v.as_object().contains("blob"))
    return mcpawl::resource_contents::binary(bytes_of(v.at("blob")), text(v.at("mimeType")));
  return mcpawl::resource_contents::text(text(v.at("text")), text(v.at("mimeType")));
}

/** The block of content that an example shows, made as a tool makes it. */
mcpawl::content_block block_of(value const& v) {
  auto const with = [&v](auto block) {
    block.annotations = annotations_of(v);
    return mcpawl::content_block(std::move(block));
  };
  auto const type = text(at(v, "type", "contents"));
  if (type == "text") return with(mcpawl::text_content(text(v.at("text"))));
  if (type == "image") return with(mcpawl::image_content(bytes_of(v.at("data")), text(v.at("mimeType"))));
  if (type == "audio") return with(mcpawl::audio_content(bytes_of(v.at("data")), text(v.at("mimeType"))));
  if (type == "resource_link") {
    mcpawl::resource_link link(text(v.at("uri")), text(v.at("name")));
    link.description = text(v.at("description"));
    link.mime_type = text(v.at("mimeType"));
    return with(std::move(link));
  }
  value const& inside = type == "resource" ? v.at("resource") : v;
  return with(mcpawl::embedded_resource(text(inside.at("uri")), contents_of(inside)));
}

/** Make the result that an example shows, or one with the block it shows. */
mcpawl::tool_result show(object in) {
  value const& e = example(text(in.at("example")));
  mcpawl::tool_result out;
  if (!e.as_object().contains("content")) return out.add(block_of(e)), out;
  for (auto const& block : e.at("content").as_array()) out.add(block_of(block));
  if (auto const structured = at(e, "structuredContent"); !structured.is_null()) out.structured(structured);
  if (at(e, "isError") == true) out.error();
  return out;
}

object sampling_of(value const& message) {
  return {{"messages", boost::json::array{message}}, {"maxTokens", 100}};
}
value one_block(char const* role, value const& block) {
  return object{{"role", role}, {"content", boost::json::array{block}}};
}

/** The parameters of the question that an example shows, or is a part of. */
object question_of(std::string const& name) {
  value const& e = example(name);
  auto const kind = kind_of(name);
  if (kind == "ElicitRequest" || kind == "CreateMessageRequest") return e.at("params").as_object();
  if (kind == "ModelPreferences") {
    auto params = sampling_of(example("SamplingMessage/single-content-block"));
    params["modelPreferences"] = e;
    return params;
  }
  if (kind == "SamplingMessage") return sampling_of(e);
  if (kind == "ToolUseContent") return sampling_of(one_block("assistant", e));
  if (kind == "ToolResultContent") return sampling_of(one_block("user", e));
  if (kind == "ElicitResult" || kind == "InputResponses" || kind == "InputRequests" ||
      kind == "InputRequiredResult")
    return example("ElicitRequestFormParams/elicit-single-field").as_object();
  if (kind == "CreateMessageResult") return sampling_of(example("SamplingMessage/single-content-block"));
  if (kind.ends_with("Schema")) {
    object const schema{{"type", "object"}, {"properties", object{{"field", e}}}};
    return {{"message", "One field."}, {"requestedSchema", schema}};
  }
  return e.as_object();
}

/** Ask the question that an example shows; answers with what came back. */
mcpawl::task<std::string> ask(object in, mcpawl::context& ctx) {
  std::string const name = text(in.at("example"));
  auto const kind = kind_of(name);
  if (kind == "ListRootsRequest" || kind == "ListRootsResult" || kind == "Root") {
    auto const roots = co_await ctx.roots("asked");
    co_return roots.at(0).uri + roots.at(0).name;
  }
  object const params = question_of(name);
  if (params.contains("url")) {
    std::string message = text(params.at("message")), url = text(params.at("url"));
    auto const seen = co_await ctx.elicit_url("asked", std::move(message), std::move(url));
    co_return seen ? "accept" : "no";
  }
  if (params.contains("messages")) {
    mcpawl::sampling question("asked", params);
    auto const said = co_await ctx.ask_one(std::move(question));
    co_return boost::json::serialize(said.json());
  }
  bool const two = kind.starts_with("Input");
  std::string schema = boost::json::serialize(params.at("requestedSchema"));
  mcpawl::raw_form form(two ? "github_login" : "asked", text(params.at("message")), std::move(schema));
  if (!two) {
    auto const answer = co_await ctx.ask_one(std::move(form));
    co_return boost::json::serialize(*answer);
  }
  auto const capital = sampling_of(example("SamplingMessage/single-content-block"));
  mcpawl::sampling other("capital_of_france", capital);
  auto const [who, where] = co_await ctx.ask_all(std::move(form), std::move(other));
  co_return boost::json::serialize(*who) + where.text();
}

mcpawl::task<std::string> long_work(object, mcpawl::context& ctx) {
  auto first = [] { return ++steps; };
  int const step = co_await ctx.once("first", first);
  ctx.checkpoint("half");
  co_return "step " + std::to_string(step);
}
mcpawl::task<std::string> simulate(object, mcpawl::context& ctx) {
  co_await ctx.progress(50, 100, "Reticulating splines...");
  co_return "built";
}
mcpawl::task<std::string> complain(mcpawl::context& ctx) {
  object const& data =
      example("LoggingMessageNotificationParams/log-database-connection-failed").at("data").as_object();
  co_await ctx.log(mcpawl::message_level::error, data, "database");
  co_return "logged";
}
mcpawl::completion languages(std::string const&) {
  mcpawl::completion out({"python", "pytorch", "pyside"});
  out.total = 10;
  return out;
}
mcpawl::completion frameworks(std::string const&) {
  mcpawl::completion out({"flask"});
  out.total = 1;
  return out;
}

constexpr char any_object[] = R"({"type":"object"})";
constexpr char main_rs[] = "file:///project/src/main.rs";

mcpawl::server_options options() {
  mcpawl::server_options out;
  out.instructions = text(example("DiscoverResult/server-capabilities-discovery").at("instructions"));
  out.page_size = 1;
  auto const public_hint = mcpawl::cache_hint::for_everyone(std::chrono::hours(1));
  out.cache.discovery = out.cache.tools = out.cache.prompts = out.cache.templates = public_hint;
  return out;
}

mcpawl::icon icon_of(value const& entry) {
  value const& icon = entry.at("icons").at(0);
  return mcpawl::icon(text(icon.at("src")), text(icon.at("mimeType")), {text(icon.at("sizes").at(0))});
}

mcpawl::server<> make_examples() {
  mcpawl::server<> srv{{"ExampleServer", "1.0.0"}, mcpawl::no_auth(), options()};
  value const& weather = example("ListToolsResult/tools-list-with-cursor-and-ttl").at("tools").at(0);
  srv.raw_tool("get_weather", text(weather.at("description")),
               boost::json::serialize(weather.at("inputSchema")), [](object) { return "sunny"; })
      .title(text(weather.at("title")))
      .icon(icon_of(weather));
  srv.raw_tool("show", "Show an example.", any_object, show);
  srv.raw_tool("ask", "Ask as in an example.", any_object, ask);
  srv.raw_tool("build_simulation", "Tell how far.", any_object, simulate);
  srv.raw_tool("long_work", "Come back.", any_object, long_work);
  srv.tool("complain", "Log.", complain);

  value const& prompt = example("ListPromptsResult/prompts-list-with-cursor-and-ttl").at("prompts").at(0);
  std::vector<mcpawl::detail::prompt_argument> arguments;
  value const& first = prompt.at("arguments").at(0);
  arguments.emplace_back(text(first.at("name")), text(first.at("description")), true);
  srv.raw_prompt("code_review", text(prompt.at("description")), std::move(arguments),
                 [](object in) {
                   mcpawl::prompt_result out;
                   out.user("Please review this Python code:\n" + text(in.at("code")));
                   return out.description("Code review prompt"), out;
                 })
      .title(text(prompt.at("title")))
      .icon(icon_of(prompt));
  srv.prompt("broken", "Fail.", []() -> std::string { throw std::runtime_error("a secret"); });

  value const& source =
      example("ListResourcesResult/resources-list-with-cursor-and-ttl").at("resources").at(0);
  srv.resource(main_rs, "main.rs",
               text(example("ReadResourceResult/file-resource-contents").at("contents").at(0).at("text")))
      .title(text(source.at("title")))
      .description(text(source.at("description")))
      .mime_type(text(source.at("mimeType")))
      .icon(icon_of(source))
      .cache(mcpawl::cache_hint::for_caller(std::chrono::minutes(1)));
  value const& readme = example("Resource/file-resource-with-annotations");
  srv.resource("file:///project/README.md", "README.md", "Read me.")
      .title(text(readme.at("title")))
      .mime_type(text(readme.at("mimeType")))
      .audience(annotations_of(readme).audience)
      .priority(0.8)
      .last_modified(annotations_of(readme).last_modified);
  srv.resource("file:///project/config.json", "config.json", "{}");  // examples subscribe to it
  value const& files = example("ListResourceTemplatesResult/resource-templates-list-with-cursor-and-ttl")
                           .at("resourceTemplates")
                           .at(0);
  srv.resource_template(text(files.at("uriTemplate")), text(files.at("name")),
                        [](object in) { return value(in); })
      .title(text(files.at("title")))
      .description(text(files.at("description")))
      .mime_type(text(files.at("mimeType")))
      .icon(icon_of(files));
  srv.resource_template("notes://{id}", "notes", [](object in) { return value(in); });
  srv.extension("io.modelcontextprotocol/tasks");
  return srv;
}

/** The prompt whose arguments are completed; in the list of the other server it has only one. */
mcpawl::server<> make_completing() {
  mcpawl::server<> srv{{"ExampleServer", "1.0.0"}};
  std::vector<mcpawl::detail::prompt_argument> arguments;
  arguments.emplace_back("language");
  arguments.emplace_back("framework");
  srv.raw_prompt("code_review", "Review.", std::move(arguments), [](object) { return "Review."; })
      .complete("language", languages)
      .complete("framework", frameworks);
  return srv;
}

// --- talking to it
// --------------------------------------------------------------------------------------------

struct talk {
  mcpawl::server<> srv = make_examples(), completing = make_completing();
  std::optional<support::running<mcpawl::server<>>> running, completer;
  talk() {
    running.emplace(srv);
    completer.emplace(completing);
  }

  std::uint16_t port_for(std::string const& method) {
    return method == "completion/complete" ? completer->port() : running->port();
  }
  /** Post a message with the headers it needs. */
  http_reply post(value const& message) {
    auto const method = text(message.at("method"));
    loopback_client client{port_for(method)};
    return client.request("POST", "/mcp", headers_of(message), boost::json::serialize(message));
  }
  static fields headers_of(value const& message) {
    auto const method = text(message.at("method"));
    std::string name;
    if (method == "tools/call" || method == "prompts/get") name = text(message.at("params").at("name"));
    if (method == "resources/read") name = text(message.at("params").at("uri"));
    return site::posting(stateless_headers(method, name));
  }
  value answer(value const& message) { return json_of(post(message)); }

  static value request(std::string_view method, object params, value id = 1,
                       std::string_view capabilities =
                           R"({"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{}})") {
    object meta{{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                {"io.modelcontextprotocol/clientCapabilities",
                 boost::json::parse({capabilities.data(), capabilities.size()})},
                {"io.modelcontextprotocol/logLevel", "debug"},
                {"progressToken", "oivaizmir"}};
    params["_meta"] = std::move(meta);
    return object{{"jsonrpc", "2.0"},
                  {"id", std::move(id)},
                  {"method", std::string(method)},
                  {"params", std::move(params)}};
  }
  static value call(char const* tool, object arguments, value id = 1) {
    return request("tools/call", {{"name", tool}, {"arguments", std::move(arguments)}}, std::move(id));
  }
  static value about(char const* tool, std::string const& name, value id = 1) {
    return call(tool, {{"example", name}}, std::move(id));
  }

  value result(value const& message) { return answer(message).at("result"); }
  /** All entries of a list, page by page. */
  std::vector<value> listed(char const* method, char const* member) {
    std::vector<value> out;
    object params;
    for (;;) {
      auto const page = result(request(method, params));
      for (auto const& entry : page.at(member).as_array()) out.push_back(entry);
      auto const next = at(page, "nextCursor");
      if (next.is_null()) return out;
      params["cursor"] = next;
    }
  }
  /** The first event of a stream. */
  value event(value const& message) {
    stream events{running->port(), "POST", "/mcp", headers_of(message), boost::json::serialize(message)};
    return events.message();
  }
  /** What a listener hears first when something happens. */
  template <class Happening>
  value heard(Happening const& happen) {
    object const filter{{"toolsListChanged", true},
                        {"promptsListChanged", true},
                        {"resourcesListChanged", true},
                        {"resourceSubscriptions", boost::json::array{main_rs}}};
    auto const message = request("subscriptions/listen", {{"notifications", filter}}, "listen-1");
    stream events{running->port(), "POST", "/mcp", headers_of(message), boost::json::serialize(message)};
    events.message();  // the acknowledgement
    happen();
    return events.message();
  }
};

/** A tool as it is listed that has the schemas of an example. */
value listed_tool(value const& e) {
  mcpawl::tool_name const names[] = {"list_users", "find_resource", "calculate_sum", "get_current_time",
                                     "get_weather_data"};
  for (auto const& name : names) {
    if (name.view() != text(e.at("name"))) continue;
    mcpawl::server<> srv{{"ExampleServer", "1.0.0"}};
    auto tool = srv.raw_tool(name, text(e.at("description")), boost::json::serialize(e.at("inputSchema")),
                             [](object in) { return value(in); });
    tool.title(text(at(e, "title", "")));
    if (auto const output = at(e, "outputSchema"); !output.is_null())
      tool.output_schema(boost::json::serialize(output));
    support::running<mcpawl::server<>> running{srv};
    loopback_client client{running.port()};
    auto const message = talk::request("tools/list", {});
    return json_of(client.request("POST", "/mcp", talk::headers_of(message), boost::json::serialize(message)))
        .at("result")
        .at("tools")
        .at(0);
  }
  throw std::runtime_error("no such tool");
}

/** What the server sends in the place of an example; nothing if it is none that a server sends. */
std::optional<value> produced(talk& t, std::string const& name) {
  auto const kind = kind_of(name);
  value const& e = example(name);
  value const id = kind.ends_with("Response") || kind.ends_with("Error") ? at(e, "id", 1) : value(1);
  auto const whole = [&](value const& message) {
    auto const got = t.answer(message);
    return kind.ends_with("Response") ? got : got.at("result");
  };
  auto const list = [&](char const* method) { return whole(talk::request(method, {}, id)); };
  auto const is = [&kind](char const* base) {
    return kind == base || kind == std::string(base) + "Response" || kind == std::string(base) + "Params";
  };
  auto const part = [&kind](value const& notification) {
    return kind.ends_with("Params") ? notification.at("params") : notification;
  };
  auto const fault = [&](value const& message) {
    auto const got = t.answer(message);
    return e.as_object().contains("error") ? got : got.at("error");
  };

  if (is("AudioContent") || is("ImageContent") || is("TextContent") || is("EmbeddedResource") ||
      is("ResourceLink"))
    return t.result(talk::about("show", name)).at("content").at(0);
  if (is("TextResourceContents") || is("BlobResourceContents"))
    return t.result(talk::about("show", name)).at("content").at(0).at("resource");
  if (kind == "CallToolResultResponse")
    return t.answer(talk::about("show", "CallToolResult/result-with-unstructured-text", id));
  if (is("CallToolResult")) return t.result(talk::about("show", name));
  if (is("CompleteResult")) {
    bool const many =
        e.at(kind == "CompleteResult" ? "completion" : "result").as_object().contains("hasMore") &&
        e.at("completion").at("hasMore") == true;
    object const argument{{"name", many ? "language" : "framework"}, {"value", ""}};
    return whole(talk::request(
        "completion/complete",
        {{"ref", object{{"type", "ref/prompt"}, {"name", "code_review"}}}, {"argument", argument}}, id));
  }
  if (is("DiscoverResult")) return list("server/discover");
  if (is("ServerCapabilities")) {
    auto const all = t.result(talk::request("server/discover", {})).at("capabilities");
    if (!e.as_object().contains("completions")) return all;
    loopback_client client{t.completer->port()};
    auto const message = talk::request("server/discover", {});
    return json_of(client.request("POST", "/mcp", talk::headers_of(message), boost::json::serialize(message)))
        .at("result")
        .at("capabilities");
  }
  if (is("GetPromptResult")) {
    value const& asked = example("GetPromptRequestParams/get-code-review-prompt");
    return whole(
        talk::request("prompts/get", {{"name", "code_review"}, {"arguments", asked.at("arguments")}}, id));
  }
  if (is("ListToolsResult")) return list("tools/list");
  if (is("ListPromptsResult")) return list("prompts/list");
  if (is("ListResourcesResult")) return list("resources/list");
  if (is("ListResourceTemplatesResult")) return list("resources/templates/list");
  if (is("ReadResourceResult")) return whole(talk::request("resources/read", {{"uri", main_rs}}, id));
  if (is("Resource")) return t.listed("resources/list", "resources").at(1);
  if (is("Tool")) return listed_tool(e);

  if (is("ProgressNotification")) return part(t.event(talk::call("build_simulation", {})));
  if (is("LoggingMessageNotification")) return part(t.event(talk::call("complain", {})));
  if (is("ToolListChangedNotification")) return t.heard([&t] { t.srv.notify_tools_changed(); });
  if (is("PromptListChangedNotification")) return t.heard([&t] { t.srv.notify_prompts_changed(); });
  if (is("ResourceListChangedNotification")) return t.heard([&t] { t.srv.notify_resources_changed(); });
  if (is("ResourceUpdatedNotification"))
    return part(t.heard([&t] { t.srv.notify_resource_updated(main_rs); }));
  if (is("SubscriptionsAcknowledgedNotification"))
    return t.event(example("SubscriptionsListenRequest/listen-for-list-changes"));
  if (is("SubscriptionsListenResult")) {
    talk ending;
    auto const last = ending.heard([&ending] { ending.running.reset(); });
    return kind.ends_with("Response") ? last : last.at("result");
  }

  if (is("InputRequiredResult") && !e.as_object().contains("inputRequests"))
    return t.result(talk::call("long_work", {}));
  if (is("InputRequiredResult")) return t.result(talk::about("ask", name));
  if (is("InputRequests")) return t.result(talk::about("ask", name)).at("inputRequests");
  bool const asks = is("ElicitRequest") || is("CreateMessageRequest") || is("ListRootsRequest") ||
                    is("ModelPreferences") || is("SamplingMessage") || is("ToolUseContent") ||
                    is("ToolResultContent") || (kind.starts_with("ElicitRequest")) ||
                    kind.ends_with("Schema");
  if (asks) {
    auto const asked = t.result(talk::about("ask", name)).at("inputRequests").at("asked");
    if (is("ElicitRequest") ? kind == "ElicitRequest"
                            : kind == "CreateMessageRequest" || kind == "ListRootsRequest")
      return asked;
    auto const& params = asked.at("params");
    if (is("ModelPreferences")) return params.at("modelPreferences");
    if (is("SamplingMessage")) return params.at("messages").at(0);
    if (is("ToolUseContent") || is("ToolResultContent"))
      return params.at("messages").at(0).at("content").at(0);
    if (kind.ends_with("Schema")) return params.at("requestedSchema").at("properties").at("field");
    return params;
  }

  auto const version = [](char const* named) {
    auto message = talk::request("tools/list", {});
    message.at("params").at("_meta").as_object()["io.modelcontextprotocol/protocolVersion"] = named;
    return message;
  };
  if (is("UnsupportedProtocolVersionError")) {
    loopback_client client{t.running->port()};
    auto with = site::posting({{"MCP-Protocol-Version", "1900-01-01"}, {"Mcp-Method", "tools/list"}});
    return json_of(client.request("POST", "/mcp", with, boost::json::serialize(version("1900-01-01"))));
  }
  if (is("HeaderMismatchError")) {
    loopback_client client{t.running->port()};
    auto const message = talk::call("bar", {}, id);
    return json_of(client.request("POST", "/mcp", site::posting(stateless_headers("tools/call", "foo")),
                                  boost::json::serialize(message)));
  }
  if (is("MissingRequiredClientCapabilityError")) {
    object const asked{{"example", "ElicitRequest/elicitation-request"}};
    return t.answer(talk::request("tools/call", {{"name", "ask"}, {"arguments", asked}}, id, "{}"));
  }
  if (is("ParseError")) {
    loopback_client client{t.running->port()};
    return json_of(client.request("POST", "/mcp", site::posting(stateless_headers("tools/list")), "{"))
        .at("error");
  }
  if (is("MethodNotFoundError")) {
    loopback_client client{t.completer->port()};  // it has no tools
    auto const message = talk::request("tools/list", {});
    return json_of(client.request("POST", "/mcp", talk::headers_of(message), boost::json::serialize(message)))
        .at("error");
  }
  if (is("InternalError")) return fault(talk::request("prompts/get", {{"name", "broken"}}));
  if (name == "InvalidParamsError/invalid-cursor")
    return fault(talk::request("tools/list", {{"cursor", "made up"}}));
  if (name == "InvalidParamsError/unknown-tool") return fault(talk::call("invalid_tool_name", {}));
  if (name == "InvalidParamsError/unknown-prompt")
    return fault(talk::request("prompts/get", {{"name", "invalid_prompt_name"}}));
  if (name == "InvalidParamsError/invalid-tool-arguments")
    return fault(talk::request("tools/call", {{"name", "show"}, {"arguments", boost::json::array{1}}}));
  return std::nullopt;
}

/** Send the server an example; nothing if it is none that a server receives, else what is wrong with the
    answer. */
std::optional<std::string> received(talk& t, std::string const& name) {
  auto const kind = kind_of(name);
  value e = example(name);
  static std::map<std::string, char const*> const methods{
      {"CallToolRequest", "tools/call"},
      {"CompleteRequest", "completion/complete"},
      {"DiscoverRequest", "server/discover"},
      {"GetPromptRequest", "prompts/get"},
      {"ListPromptsRequest", "prompts/list"},
      {"ListResourceTemplatesRequest", "resources/templates/list"},
      {"ListResourcesRequest", "resources/list"},
      {"ListToolsRequest", "tools/list"},
      {"ReadResourceRequest", "resources/read"},
      {"PaginatedRequest", "tools/list"}};
  std::string const base = kind.ends_with("Params") ? kind.substr(0, kind.size() - 6) : kind;
  if (auto const found = methods.find(base); found != methods.end()) {
    if (base == "PaginatedRequest")
      e.as_object()["cursor"] = t.result(talk::request("tools/list", {})).at("nextCursor");
    value const message =
        base == kind ? e : object{{"jsonrpc", "2.0"}, {"id", 1}, {"method", found->second}, {"params", e}};
    auto const reply = t.post(message);
    value const got =
        reply.field("content-type") == "application/json" ? json_of(reply) : support::events_of(reply).back();
    if (reply.status != 200 || got.at("id") != message.at("id")) return reply.body;
    std::string const type = base == "PaginatedRequest" ? "ListToolsResultResponse"
                                                        : base.substr(0, base.size() - 7) + "ResultResponse";
    return against_schema(type, got);
  }
  if (kind == "SubscriptionsListenRequest")
    return against_schema("SubscriptionsAcknowledgedNotification", t.event(e));
  if (base == "CancelledNotification") {
    value const message =
        base == kind ? e : object{{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", e}};
    auto const reply = t.post(message);
    return reply.status == 202 && reply.body.empty() ? std::string() : reply.body;
  }
  if (kind == "ClientCapabilities") {
    auto const capabilities = boost::json::serialize(e);
    return against_schema("DiscoverResultResponse",
                          t.answer(talk::request("server/discover", {}, 1, capabilities)));
  }
  bool const answers =
      kind == "ElicitResult" || kind == "CreateMessageResult" || kind == "ListRootsResult" || kind == "Root";
  if (!answers && kind != "InputResponses") return std::nullopt;
  std::string const asking = name == "ElicitResult/accept-url-mode-no-content"
                                 ? "ElicitRequestURLParams/elicit-sensitive-data"
                                 : name;
  auto message = talk::about("ask", asking);
  auto const first = t.result(message);
  auto& params = message.at("params").as_object();
  params["requestState"] = first.at("requestState");
  value const given = kind == "Root" ? value(object{{"roots", boost::json::array{e}}}) : e;
  params["inputResponses"] = answers ? value(object{{"asked", given}}) : given;
  auto const last = t.result(message);
  if (last.at("resultType") != "complete" || last.as_object().contains("isError"))
    return boost::json::serialize(last);
  return std::string();
}

/** Why an example can be neither: there is one. */
constexpr std::string_view of_another_dialect = "Tool/with-explicit-draft-07-input-schema";

/** The examples themselves contradict each other, or show what is optional. */
value wanted(std::string const& name) {
  value e = example(name);
  if (name == "ListResourceTemplatesResultResponse/list-resource-templates-result-response")
    e.at("result").at("resourceTemplates").at(0).as_object().erase("title");     // the other example has a
                                                                                 // picture in it
  if (name == "ListRootsRequest/list-roots-request") e.as_object().erase("id");  // what is embedded has none
  if (name == "MethodNotFoundError/prompts-not-supported") e.as_object().erase("data");
  return e;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_example_is_of_its_type) {
  BOOST_TEST(messages().size() == 129U);
  for (auto const& entry : messages()) {
    std::string const name(entry.key());
    BOOST_TEST(against_schema(kind_of(name), entry.value()) == "", name);
  }
}

BOOST_AUTO_TEST_CASE(every_example_is_taken_or_sent) {
  talk t;
  std::size_t taken = 0, sent = 0;
  for (auto const& entry : messages()) {
    std::string const name(entry.key());
    if (name == of_another_dialect) continue;
    BOOST_TEST_CONTEXT(name) {
      auto const complaint = received(t, name);
      if (complaint) BOOST_TEST(*complaint == "");
      auto const got = produced(t, name);
      if (got) {
        BOOST_TEST(against_schema(kind_of(name), *got) == "");
        BOOST_TEST(difference(wanted(name), *got) == "");
      }
      BOOST_TEST((complaint || got));
      taken += complaint.has_value();
      sent += got.has_value();
    }
  }
  // all but the one above, each once
  BOOST_TEST(taken == 35U);
  BOOST_TEST(sent == 93U);
}

BOOST_AUTO_TEST_CASE(a_schema_of_another_dialect_is_refused_by_its_name_at_the_start) {
  BOOST_CHECK_EXCEPTION(
      listed_tool(example(of_another_dialect)), mcpawl::configuration_error,
      [](auto const& e) { return std::string_view(e.what()).find("draft-07") != std::string_view::npos; });
}

BOOST_AUTO_TEST_CASE(who_comes_back_goes_on_where_it_was) {
  talk t;
  int const before = steps;
  auto message = talk::call("long_work", {});
  auto const first = t.result(message);
  BOOST_TEST(first.at("resultType") == "input_required");
  BOOST_TEST(!first.as_object().contains("inputRequests"));
  message.at("params").as_object()["requestState"] = first.at("requestState");
  auto const last = t.result(message);
  BOOST_TEST(last.at("resultType") == "complete");
  BOOST_TEST(text(last.at("content").at(0).at("text")) == "step " + std::to_string(before + 1));
  BOOST_TEST(steps == before + 1);
}

BOOST_AUTO_TEST_CASE(difference_sees_what_differs) {
  auto const p = [](char const* json) { return boost::json::parse(json); };
  BOOST_TEST(difference(p(R"({"a":1})"), p(R"({"a":1,"b":2})")) == "");
  BOOST_TEST(difference(p(R"({"a":{"b":[1,{"c":2}]}})"), p(R"({"a":{"b":[1,{"c":3}]}})")) ==
             "/a/b/c differs");
  BOOST_TEST(difference(p(R"({"a":[1]})"), p(R"({"a":[1,2]})")) == "/a has another size");
  BOOST_TEST(difference(p(R"({"a":1})"), p("{}")) == "/a is missing");
  BOOST_TEST(difference(p(R"({"message":"a"})"), p(R"({"message":"b"})")) == "/message differs");
}

BOOST_AUTO_TEST_SUITE_END()
