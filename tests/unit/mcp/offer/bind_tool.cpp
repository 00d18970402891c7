// tests/unit/mcp/offer/bind_tool.cpp - what functions of every shape become as tools
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/bind_tool.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_bind_tool)

// no unnamed namespace: g++ 14 fails with an internal error at a coroutine over types of this one
struct claims {
  using verified_by = struct maker;
  std::string name;
};
struct maker {
  static mcpawl::verified<claims> make(std::string name) {
    return mcpawl::verified<claims>(claims{std::move(name)});
  }
};
using identity = mcpawl::verified<claims>;

struct point {
  int x, y;
};
struct named {
  std::string name;
  std::vector<int> numbers;
};
struct ratio {
  std::vector<double> of;
};
double volatile const zero = 0;
enum class level { low, high };
struct report {
  std::vector<level> levels;
};
struct appointment {
  std::chrono::sys_seconds at;
  std::chrono::seconds wait;
  std::vector<std::chrono::year_month_day> days;
};
struct chain {
  std::unique_ptr<chain> next;
};
class closed {
  point inside_{};

public:
  closed() = default;
  explicit closed(point inside) : inside_(inside) {}
  point inside() const { return inside_; }
};

BOOST_AUTO_TEST_SUITE_END()

template <>
struct mcpawl::as<mcp_bind_tool::closed> {
  using type = mcp_bind_tool::point;
  static mcp_bind_tool::closed from(mcp_bind_tool::point inside) { return mcp_bind_tool::closed(inside); }
  static mcp_bind_tool::point to(mcp_bind_tool::closed const& c) { return c.inside(); }
};

BOOST_AUTO_TEST_SUITE(mcp_bind_tool)

template <class F>
std::string listed_output(F f, mcpawl::revision r) {
  mcpawl::detail::tool t("t");
  mcpawl::detail::bind_tool<identity>(t, std::move(f));
  std::string out;
  t.append_listing(out, r);
  auto const listed = boost::json::parse(out);
  auto const* schema = listed.as_object().if_contains("outputSchema");
  return schema ? boost::json::serialize(*schema) : "none";
}
/** What leaves as structured content, as text. */
template <class F>
std::string structured(F f, mcpawl::revision r) {
  auto const result = boost::json::parse("{" + call(std::move(f), "{}", r) + "}");
  auto const* content = result.as_object().if_contains("structuredContent");
  return content ? boost::json::serialize(*content) : "none";
}

template <class F>
std::string call(F f, std::string_view arguments = "{}",
                 mcpawl::revision protocol = mcpawl::revision::v2026_07_28) {
  mcpawl::detail::tool t("t");
  mcpawl::detail::bind_tool<identity>(t, std::move(f));
  mcpawl::context ctx{protocol, {}, nullptr};
  auto const who = maker::make("alice");
  auto const json = boost::json::parse({arguments.data(), arguments.size()});
  auto started = t.invoke({json, ctx, &who});
  mcpawl::detail::handler_result result;
  if (auto* done = std::get_if<mcpawl::detail::handler_result>(&started)) {
    result = *done;
  } else {
    BOOST_TEST(t.coroutine);
    boost::asio::io_context io;
    boost::asio::co_spawn(io, std::get<mcpawl::task<mcpawl::detail::handler_result>>(std::move(started)),
                          [&](std::exception_ptr failure, mcpawl::detail::handler_result r) {
                            if (failure) std::rethrow_exception(failure);
                            result = std::move(r);
                          });
    io.run();
  }
  return result.members;
}

int twice(point p) { return 2 * p.x + p.y; }
std::string who_by_reference(point const& p, identity const& who) { return who->name + std::to_string(p.x); }
mcpawl::task<point> flipped(point const& p) { co_return point{p.y, p.x}; }
mcpawl::task<std::string> everything(mcpawl::context&, identity who, named n) {
  co_return who->name + n.name + std::to_string(n.numbers.size());
}
void nothing() noexcept {}

BOOST_AUTO_TEST_CASE(functions_lambdas_and_coroutines_are_called) {
  BOOST_TEST(call(twice, R"({"x":20,"y":2})") ==
             R"("content":[{"type":"text","text":"42"}],"structuredContent":42)");
  BOOST_TEST(call([](point p) { return p.y; }, R"({"x":1,"y":2})").find(R"("structuredContent":2)") !=
             std::string::npos);
  BOOST_TEST(call(flipped, R"({"x":1,"y":2})").find(R"("structuredContent":{"x":2,"y":1})") !=
             std::string::npos);
  BOOST_TEST(call(nothing) == R"("content":[])");
}

BOOST_AUTO_TEST_CASE(parameters_are_found_by_type_in_any_order) {
  BOOST_TEST(call(who_by_reference, R"({"x":7,"y":0})") == R"("content":[{"type":"text","text":"alice7"}])");
  BOOST_TEST(call(everything, R"({"name":"!","numbers":[1,2,3]})") ==
             R"("content":[{"type":"text","text":"alice!3"}])");
  BOOST_TEST(call([](identity const& who) { return who->name; }) ==
             R"("content":[{"type":"text","text":"alice"}])");
}

BOOST_AUTO_TEST_CASE(a_lambda_may_capture_and_be_a_coroutine) {
  auto const shared = std::make_shared<std::string>("captured by a function object that outlives the call");
  BOOST_TEST(call([shared](point) -> mcpawl::task<std::string> { co_return *shared; }, R"({"x":1,"y":2})")
                 .find("captured by") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(results_become_content) {
  BOOST_TEST(call([] { return std::string("a\"b"); }) == R"("content":[{"type":"text","text":"a\"b"}])");
  BOOST_TEST(call([] { return "literal"; }) == R"("content":[{"type":"text","text":"literal"}])");
  BOOST_TEST(call([] { return mcpawl::image_content("PNG", "image/png"); }) ==
             R"("content":[{"type":"image","data":"UE5H","mimeType":"image/png"}])");
  BOOST_TEST(call([] {
               mcpawl::tool_result r;
               r.text("no").error();
               return r;
             }) == R"("content":[{"type":"text","text":"no"}],"isError":true)");
  BOOST_TEST(call([] { return std::vector<int>{1, 2}; }).find(R"("structuredContent":[1,2])") !=
             std::string::npos);
  BOOST_TEST(call([] { return 42.0; }).find(R"("structuredContent":42)") != std::string::npos);
  BOOST_TEST(call([](boost::json::object in) { return boost::json::value(std::move(in)); }, R"({"a":[1]})")
                 .find(R"("structuredContent":{"a":[1]})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_does_not_decode_does_not_reach_the_function) {
  bool called = false;
  auto const f = [&called](point) { called = true; };
  for (auto arguments :
       {R"({})", R"({"x":1})", R"({"x":1,"y":2,"z":3})", R"({"x":1.5,"y":2})", R"({"x":null,"y":2})"}) {
    auto const out = call(f, arguments);
    BOOST_TEST(out.find("invalid arguments:") != std::string::npos);
    BOOST_TEST(out.find(R"("isError":true)") != std::string::npos);
  }
  BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(arguments_that_nobody_declared_are_ignored_where_that_was_told) {
  auto const ask = [](mcpawl::decode_options lets_pass, std::string_view arguments) {
    mcpawl::detail::tool t("t");
    mcpawl::detail::bind_tool<identity>(t, [](point p) { return p.x + p.y; });
    t.lets_pass = lets_pass;
    mcpawl::context ctx{mcpawl::revision::v2026_07_28, {}, nullptr};
    auto const who = maker::make("alice");
    auto const json = boost::json::parse({arguments.data(), arguments.size()});
    return std::get<mcpawl::detail::handler_result>(t.invoke({json, ctx, &who})).members;
  };
  constexpr std::string_view more = R"({"x":1,"y":2,"toolCallId":"call_1"})";
  BOOST_TEST(ask({}, more).find("/toolCallId: is not a member here; the members are x, y") !=
             std::string::npos);
  BOOST_TEST(ask({.ignore_unknown = true}, more).find(R"("structuredContent":3)") != std::string::npos);
  BOOST_TEST(ask({.ignore_unknown = true}, R"({"x":1,"z":2})").find("/y: is required") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_result_without_json_does_not_leave) {
  BOOST_CHECK_EXCEPTION(call([] { return std::numeric_limits<double>::quiet_NaN(); }), std::logic_error,
                        [](std::logic_error const& e) {
                          return std::string_view(e.what()) == "the result is NaN, which JSON cannot say";
                        });
  BOOST_CHECK_EXCEPTION(
      call([] { return ratio{.of = {1, 1.0 / zero}}; }), std::logic_error, [](std::logic_error const& e) {
        return std::string_view(e.what()) == "the result at /of/1 is infinite, which JSON cannot say";
      });
}

BOOST_AUTO_TEST_CASE(a_value_of_an_enumeration_without_a_name_does_not_leave) {
  auto const says = [](std::string_view words) {
    return [words](std::logic_error const& e) { return std::string_view(e.what()) == words; };
  };
  BOOST_TEST(call([] { return level::high; }).find(R"("structuredContent":"high")") != std::string::npos);
  BOOST_CHECK_EXCEPTION(call([] { return static_cast<level>(7); }), std::logic_error,
                        says("the result is a value of an enumeration that has no name"));
  BOOST_CHECK_EXCEPTION(call([] { return report{{level::low, static_cast<level>(7)}}; }), std::logic_error,
                        says("the result at /levels/1 is a value of an enumeration that has no name"));
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_with_arguments_is_told_at_once) {
  auto const out = call([](point) {}, R"({"x":"1","z":3})");
  BOOST_TEST(out.find(R"("text":"invalid arguments:\n/z: is not a member here; the members are x, y\n)"
                      R"(/x: expected an integer\n/y: is required")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(results_that_are_no_objects_are_wrapped_where_they_must_be_objects) {
  using mcpawl::revision;
  auto const numbers = [] { return std::vector<int>{1, 2}; };
  for (auto r : {revision::v2025_06_18, revision::v2025_11_25}) {
    BOOST_TEST(structured(numbers, r) == R"({"result":[1,2]})");
    BOOST_TEST(call(numbers, "{}", r).starts_with(R"("content":[{"type":"text","text":"[1,2]"}])"));
    BOOST_TEST(structured([] { return 7; }, r) == R"({"result":7})");
    BOOST_TEST(structured([] { return level::high; }, r) == R"({"result":"high"})");
    BOOST_TEST(structured([] { return std::optional<point>(); }, r) == R"({"result":null})");
    BOOST_TEST(structured([] { return std::optional(point{1, 2}); }, r) == R"({"result":{"x":1,"y":2}})");
    BOOST_TEST(structured([] { return std::variant<point, int>(point{1, 2}); }, r) ==
               R"({"result":{"x":1,"y":2}})");
    BOOST_TEST(listed_output(numbers, r) ==
               R"({"type":"object","properties":{"result":{"type":"array","items":{"type":"integer"}}},)"
               R"("required":["result"],"additionalProperties":false})");
  }
  BOOST_TEST(structured(numbers, revision::v2026_07_28) == "[1,2]");
  BOOST_TEST(listed_output(numbers, revision::v2026_07_28) ==
             R"({"type":"array","items":{"type":"integer"}})");
  for (auto r : {revision::v2024_11_05, revision::v2025_03_26}) {
    BOOST_TEST(structured(numbers, r) == "none");
    BOOST_TEST(listed_output(numbers, r) == "none");
  }
}

BOOST_AUTO_TEST_CASE(results_that_are_objects_are_what_they_are_in_all_revisions) {
  using mcpawl::revision;
  using counts = std::map<std::string, int>;
  for (auto r : {revision::v2025_06_18, revision::v2025_11_25, revision::v2026_07_28}) {
    BOOST_TEST(structured([] { return point{1, 2}; }, r) == R"({"x":1,"y":2})");
    BOOST_TEST(structured([] { return counts{{"a", 1}}; }, r) == R"({"a":1})");
    BOOST_TEST(listed_output([] { return counts(); }, r) ==
               R"({"type":"object","additionalProperties":{"type":"integer"}})");
  }
}

BOOST_AUTO_TEST_CASE(what_a_wrapped_schema_refers_to_is_found) {
  BOOST_TEST(mcpawl::detail::wrapped_result_schema(R"({"items":{"$ref":"#/$defs/a"},"not":{"$ref":"#"}})") ==
             R"({"type":"object","properties":{"result":{"items":{"$ref":"#/properties/result/$defs/a"},)"
             R"("not":{"$ref":"#/properties/result"}}},"required":["result"],"additionalProperties":false})");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_copied_is_a_tool_too) {
  auto owned = std::make_unique<int>(40);
  BOOST_TEST(call([held = std::move(owned)](point p) { return *held + p.x; }, R"({"x":2,"y":0})")
                 .find(R"("structuredContent":42)") != std::string::npos);
  owned = std::make_unique<int>(40);
  BOOST_TEST(call([held = std::move(owned)](point p,
                                            mcpawl::context&) -> mcpawl::task<int> { co_return *held + p.y; },
                  R"({"x":0,"y":3})")
                 .find(R"("structuredContent":43)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tools_take_and_return_types_that_are_said_as_others) {
  auto const later = [](appointment a) {
    a.at += a.wait;
    return a;
  };
  BOOST_TEST(
      call(later, R"({"at":"2024-02-29T00:00:00+01:00","wait":90,"days":["2024-02-29"]})")
          .find(R"("structuredContent":{"at":"2024-02-28T23:01:30Z","wait":90,"days":["2024-02-29"]})") !=
      std::string::npos);
  BOOST_TEST(call(later, R"({"at":"2024-02-30T00:00:00Z","wait":90,"days":[]})")
                 .find("invalid arguments: /at: must have the format date-time") != std::string::npos);
  // the arguments as a whole, moved since a std::unique_ptr is inside
  auto const length = [](chain c) {
    int links = 0;
    for (auto* at = &c; at; at = at->next.get()) ++links;
    return links;
  };
  BOOST_TEST(call(length, R"({"next":{"next":{}}})").find(R"("structuredContent":3)") != std::string::npos);
  BOOST_TEST(call([](closed const& c) { return c; }, R"({"x":1,"y":2})")
                 .find(R"("structuredContent":{"x":1,"y":2})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tool_without_arguments_says_so_with_empty_properties) {
  mcpawl::detail::tool t("t");
  mcpawl::detail::bind_tool<identity>(t, nothing);
  BOOST_TEST(t.input_schema == R"({"type":"object","properties":{},"additionalProperties":false})");
}

BOOST_AUTO_TEST_CASE(schemas_come_from_the_types) {
  mcpawl::detail::tool t("t");
  mcpawl::detail::bind_tool<identity>(t, flipped);
  auto const input = boost::json::parse(t.input_schema);
  BOOST_TEST(input.at("required").as_array().size() == 2U);
  BOOST_TEST(input.at("additionalProperties") == false);
  BOOST_TEST(boost::json::parse(t.output_schema).at("properties").as_object().contains("y"));
  BOOST_TEST(t.output_is_object);
  mcpawl::detail::tool text("text");
  mcpawl::detail::bind_tool<identity>(text, [] { return std::string(); });
  BOOST_TEST(text.output_schema.empty());
  mcpawl::detail::tool number("number");
  mcpawl::detail::bind_tool<identity>(number, [] { return 1; });
  BOOST_TEST(!number.output_is_object);
  BOOST_TEST(boost::json::parse(number.output_schema).at("type") == "integer");
}

BOOST_AUTO_TEST_SUITE_END()
