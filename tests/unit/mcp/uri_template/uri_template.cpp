// tests/unit/mcp/uri_template/uri_template.cpp - URI templates: the examples of RFC 6570, and the way back
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/uri_template/uri_template.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_uri_template)

using mcpawl::detail::uri_list;
using mcpawl::detail::uri_pairs;
using mcpawl::detail::uri_template;
using mcpawl::detail::uri_template_errc;
using mcpawl::detail::uri_value;
using mcpawl::detail::uri_variables;

namespace {

// RFC 6570 section 3.2, before 3.2.1; those of section 1.2 are among them
uri_variables const& given() {
  static uri_variables const all = [] {
    uri_variables v;
    v.set("count", uri_list{"one", "two", "three"});
    v.set("dom", uri_list{"example", "com"});
    v.set("dub", "me/too");
    v.set("hello", "Hello World!");
    v.set("half", "50%");
    v.set("var", "value");
    v.set("who", "fred");
    v.set("base", "http://example.com/home/");
    v.set("path", "/foo/bar");
    v.set("list", uri_list{"red", "green", "blue"});
    v.set("keys", uri_pairs{{"semi", ";"}, {"dot", "."}, {"comma", ","}});
    v.set("v", "6");
    v.set("x", "1024");
    v.set("y", "768");
    v.set("empty", "");
    v.set("empty_keys", uri_pairs{});
    return v;
  }();
  return all;
}

struct example {
  std::string_view section, text, uri;
};

constexpr example examples[] = {
    // section 1.2, levels 1 to 4
    {"1.2", "{var}", "value"},
    {"1.2", "{hello}", "Hello%20World%21"},
    {"1.2", "{+var}", "value"},
    {"1.2", "{+hello}", "Hello%20World!"},
    {"1.2", "{+path}/here", "/foo/bar/here"},
    {"1.2", "here?ref={+path}", "here?ref=/foo/bar"},
    {"1.2", "X{#var}", "X#value"},
    {"1.2", "X{#hello}", "X#Hello%20World!"},
    {"1.2", "map?{x,y}", "map?1024,768"},
    {"1.2", "{x,hello,y}", "1024,Hello%20World%21,768"},
    {"1.2", "{+x,hello,y}", "1024,Hello%20World!,768"},
    {"1.2", "{+path,x}/here", "/foo/bar,1024/here"},
    {"1.2", "{#x,hello,y}", "#1024,Hello%20World!,768"},
    {"1.2", "{#path,x}/here", "#/foo/bar,1024/here"},
    {"1.2", "X{.var}", "X.value"},
    {"1.2", "X{.x,y}", "X.1024.768"},
    {"1.2", "{/var}", "/value"},
    {"1.2", "{/var,x}/here", "/value/1024/here"},
    {"1.2", "{;x,y}", ";x=1024;y=768"},
    {"1.2", "{;x,y,empty}", ";x=1024;y=768;empty"},
    {"1.2", "{?x,y}", "?x=1024&y=768"},
    {"1.2", "{?x,y,empty}", "?x=1024&y=768&empty="},
    {"1.2", "?fixed=yes{&x}", "?fixed=yes&x=1024"},
    {"1.2", "{&x,y,empty}", "&x=1024&y=768&empty="},
    {"1.2", "{var:3}", "val"},
    {"1.2", "{var:30}", "value"},
    {"1.2", "{list}", "red,green,blue"},
    {"1.2", "{list*}", "red,green,blue"},
    {"1.2", "{keys}", "semi,%3B,dot,.,comma,%2C"},
    {"1.2", "{keys*}", "semi=%3B,dot=.,comma=%2C"},
    {"1.2", "{+path:6}/here", "/foo/b/here"},
    {"1.2", "{+list}", "red,green,blue"},
    {"1.2", "{+list*}", "red,green,blue"},
    {"1.2", "{+keys}", "semi,;,dot,.,comma,,"},
    {"1.2", "{+keys*}", "semi=;,dot=.,comma=,"},
    {"1.2", "{#path:6}/here", "#/foo/b/here"},
    {"1.2", "{#list}", "#red,green,blue"},
    {"1.2", "{#list*}", "#red,green,blue"},
    {"1.2", "{#keys}", "#semi,;,dot,.,comma,,"},
    {"1.2", "{#keys*}", "#semi=;,dot=.,comma=,"},
    {"1.2", "X{.var:3}", "X.val"},
    {"1.2", "X{.list}", "X.red,green,blue"},
    {"1.2", "X{.list*}", "X.red.green.blue"},
    {"1.2", "X{.keys}", "X.semi,%3B,dot,.,comma,%2C"},
    {"1.2", "X{.keys*}", "X.semi=%3B.dot=..comma=%2C"},
    {"1.2", "{/var:1,var}", "/v/value"},
    {"1.2", "{/list}", "/red,green,blue"},
    {"1.2", "{/list*}", "/red/green/blue"},
    {"1.2", "{/list*,path:4}", "/red/green/blue/%2Ffoo"},
    {"1.2", "{/keys}", "/semi,%3B,dot,.,comma,%2C"},
    {"1.2", "{/keys*}", "/semi=%3B/dot=./comma=%2C"},
    {"1.2", "{;hello:5}", ";hello=Hello"},
    {"1.2", "{;list}", ";list=red,green,blue"},
    {"1.2", "{;list*}", ";list=red;list=green;list=blue"},
    {"1.2", "{;keys}", ";keys=semi,%3B,dot,.,comma,%2C"},
    {"1.2", "{;keys*}", ";semi=%3B;dot=.;comma=%2C"},
    {"1.2", "{?var:3}", "?var=val"},
    {"1.2", "{?list}", "?list=red,green,blue"},
    {"1.2", "{?list*}", "?list=red&list=green&list=blue"},
    {"1.2", "{?keys}", "?keys=semi,%3B,dot,.,comma,%2C"},
    {"1.2", "{?keys*}", "?semi=%3B&dot=.&comma=%2C"},
    {"1.2", "{&var:3}", "&var=val"},
    {"1.2", "{&list}", "&list=red,green,blue"},
    {"1.2", "{&list*}", "&list=red&list=green&list=blue"},
    {"1.2", "{&keys}", "&keys=semi,%3B,dot,.,comma,%2C"},
    {"1.2", "{&keys*}", "&semi=%3B&dot=.&comma=%2C"},

    {"3.2.1", "{count}", "one,two,three"},
    {"3.2.1", "{count*}", "one,two,three"},
    {"3.2.1", "{/count}", "/one,two,three"},
    {"3.2.1", "{/count*}", "/one/two/three"},
    {"3.2.1", "{;count}", ";count=one,two,three"},
    {"3.2.1", "{;count*}", ";count=one;count=two;count=three"},
    {"3.2.1", "{?count}", "?count=one,two,three"},
    {"3.2.1", "{?count*}", "?count=one&count=two&count=three"},
    {"3.2.1", "{&count*}", "&count=one&count=two&count=three"},

    {"3.2.2", "{half}", "50%25"},
    {"3.2.2", "O{empty}X", "OX"},
    {"3.2.2", "O{undef}X", "OX"},
    {"3.2.2", "{x,y}", "1024,768"},
    {"3.2.2", "?{x,empty}", "?1024,"},
    {"3.2.2", "?{x,undef}", "?1024"},
    {"3.2.2", "?{undef,y}", "?768"},

    {"3.2.3", "{+half}", "50%25"},
    {"3.2.3", "{base}index", "http%3A%2F%2Fexample.com%2Fhome%2Findex"},
    {"3.2.3", "{+base}index", "http://example.com/home/index"},
    {"3.2.3", "O{+empty}X", "OX"},
    {"3.2.3", "O{+undef}X", "OX"},
    {"3.2.3", "up{+path}{var}/here", "up/foo/barvalue/here"},

    {"3.2.4", "{#half}", "#50%25"},
    {"3.2.4", "foo{#empty}", "foo#"},
    {"3.2.4", "foo{#undef}", "foo"},

    {"3.2.5", "{.who}", ".fred"},
    {"3.2.5", "{.who,who}", ".fred.fred"},
    {"3.2.5", "{.half,who}", ".50%25.fred"},
    {"3.2.5", "www{.dom*}", "www.example.com"},
    {"3.2.5", "X{.empty}", "X."},
    {"3.2.5", "X{.undef}", "X"},
    {"3.2.5", "X{.empty_keys}", "X"},
    {"3.2.5", "X{.empty_keys*}", "X"},

    {"3.2.6", "{/who}", "/fred"},
    {"3.2.6", "{/who,who}", "/fred/fred"},
    {"3.2.6", "{/half,who}", "/50%25/fred"},
    {"3.2.6", "{/who,dub}", "/fred/me%2Ftoo"},
    {"3.2.6", "{/var,empty}", "/value/"},
    {"3.2.6", "{/var,undef}", "/value"},

    {"3.2.7", "{;who}", ";who=fred"},
    {"3.2.7", "{;half}", ";half=50%25"},
    {"3.2.7", "{;empty}", ";empty"},
    {"3.2.7", "{;v,empty,who}", ";v=6;empty;who=fred"},
    {"3.2.7", "{;v,bar,who}", ";v=6;who=fred"},
    {"3.2.7", "{;x,y,undef}", ";x=1024;y=768"},

    {"3.2.8", "{?who}", "?who=fred"},
    {"3.2.8", "{?half}", "?half=50%25"},
    {"3.2.8", "{?x,y,undef}", "?x=1024&y=768"},

    {"3.2.9", "{&who}", "&who=fred"},
    {"3.2.9", "{&half}", "&half=50%25"},
    {"3.2.9", "{&x,y,undef}", "&x=1024&y=768"},
};

uri_template parsed(std::string_view text) { return uri_template::parse(text).value(); }

// What a match found, as `name=text`, `name=[a|b]` and `name={k:v|...}`; `-` for no match.
std::string found(std::string_view text, std::string_view uri) {
  auto const match = parsed(text).match(uri);
  if (!match) return "-";
  std::string out;
  for (auto const& [name, value] : *match) {
    if (!out.empty()) out += ' ';
    out += name + '=';
    if (auto const* const string = std::get_if<std::string>(&value)) {
      out += *string;
    } else if (auto const* const list = std::get_if<uri_list>(&value)) {
      char separator = '[';
      for (auto const& item : *list) (out += separator) += item, separator = '|';
      out += ']';
    } else {
      char separator = '{';
      for (auto const& [key, item] : std::get<uri_pairs>(value))
        ((out += separator) += key + ':') += item, separator = '|';
      out += '}';
    }
  }
  return out;
}

uri_template_errc fault(std::string_view text) {
  auto const t = uri_template::parse(text);
  BOOST_TEST_REQUIRE(!t, text);
  return static_cast<uri_template_errc>(t.error().value());
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_6570_expand) {
  for (auto const& [section, text, uri] : examples)
    BOOST_TEST(parsed(text).expand(given()).value() == uri, "section " << section << ": " << text);
}

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_6570_are_found_again) {
  for (auto const& [section, text, uri] : examples) {
    auto const t = parsed(text);
    auto const match = t.match(uri);
    BOOST_TEST_REQUIRE(match.has_value(), "section " << section << ": " << text);
    // the value "." of an item between dots cannot be told from two empty ones
    if (text != "X{.keys*}") BOOST_TEST(t.expand(*match).value() == uri, text);
  }
}

BOOST_AUTO_TEST_CASE(each_operator_gives_its_variables_back) {
  BOOST_TEST(found("test://template/{id}/data", "test://template/123/data") == "id=123");
  BOOST_TEST(found("file:///{+path}{?rev}", "file:///src/a.c?rev=7") == "path=src/a.c rev=7");
  BOOST_TEST(found("file:///{+path}{?rev}", "file:///src/a.c") == "path=src/a.c");
  BOOST_TEST(found("{+path}{#at}", "a/b#L1") == "path=a/b at=L1");
  BOOST_TEST(found("{name}{.ext}", "a.txt") == "name=a ext=txt");
  BOOST_TEST(found("x{/a,b}", "x/1/2") == "a=1 b=2");
  BOOST_TEST(found("x{/a,b}", "x/1") == "a=1");
  BOOST_TEST(found("x{/a,b}", "x") == "");
  BOOST_TEST(found("x{/a,b}", "x/1/2/3") == "-");
  BOOST_TEST(found("x{;p,q}", "x;q=2;p=1") == "q=2 p=1");
  BOOST_TEST(found("x{;p,q}", "x;p") == "p=");
  BOOST_TEST(found("x?y=1{&p,q}", "x?y=1&q=2") == "q=2");
  BOOST_TEST(found("a%20b/{x}", "a%20b/c%20d") == "x=c d");
}

BOOST_AUTO_TEST_CASE(query_parameters_come_in_any_order_or_not_at_all) {
  constexpr auto text = "r{?a,b,c}";
  BOOST_TEST(found(text, "r?c=3&a=1&b=2") == "c=3 a=1 b=2");
  BOOST_TEST(found(text, "r?b=2") == "b=2");
  BOOST_TEST(found(text, "r?b") == "b=");
  BOOST_TEST(found(text, "r?b=") == "b=");
  BOOST_TEST(found(text, "r?b=x=y/z?") == "b=x=y/z?");
  BOOST_TEST(found(text, "r") == "");
  for (auto uri : {"r?", "r?a=1&a=1", "r?d=1", "r?a=1&", "r?&a=1", "r?a=1&&b=2", "r?=1", "r&a=1", "r?A=1"})
    BOOST_TEST(found(text, uri) == "-", uri);
  BOOST_TEST(found("r{?%61}", "r?a=1") == "%61=1");
  BOOST_TEST(found(text, "r?%61=1") == "a=1");
}

BOOST_AUTO_TEST_CASE(lists_pairs_and_exploded_variables) {
  BOOST_TEST(found("{x}", "a,b") == "x=[a|b]");
  BOOST_TEST(found("{x}", "a%2Cb") == "x=a,b");
  BOOST_TEST(found("{+x}", "a,b") == "x=a,b");
  BOOST_TEST(found("{x,y}", "1,2,3") == "x=1 y=[2|3]");
  BOOST_TEST(found("{x*,y}", "1,2,3") == "x=[1|2] y=3");
  BOOST_TEST(found("{/dirs*,file}", "/a/b/c") == "dirs=[a|b] file=c");
  BOOST_TEST(found("{/dirs*,file}", "/c") == "dirs=[c]");
  BOOST_TEST(found("{/dirs*}{/file}", "/a/b/c") == "dirs=[a|b] file=c");
  BOOST_TEST(found("{.x}", ".a.b") == "x=a.b");
  BOOST_TEST(found("{.x*}", ".a.b") == "x=[a|b]");
  BOOST_TEST(found("{;x*}", ";k=1;l;m=%3B") == "x={k:1|l:|m:;}");
  BOOST_TEST(found("{?tag*,n}", "?tag=a&n=1&tag=b") == "n=1 tag=[a|b]");
  BOOST_TEST(found("{?n,rest*}", "?x=1&n=2&rest=3") == "n=2 rest={x:1|rest:3}");
  BOOST_TEST(found("{?rest*}", "?a%20b=%26") == "rest={a b:&}");
  BOOST_TEST(found("{?rest*}", "?=1") == "-");
  BOOST_TEST(found("{?a*,b*}", "?b=1&a=2&c=3") == "a={a:2|c:3} b=[1]");
}

BOOST_AUTO_TEST_CASE(prefixes_bound_and_repetitions_agree) {
  BOOST_TEST(found("{x:3}", "abc") == "x=abc");
  BOOST_TEST(found("{x:3}", "abcd") == "-");
  BOOST_TEST(found("{x:2}", "%C3%A9%E2%82%AC") == "x=\xc3\xa9\xe2\x82\xac");
  BOOST_TEST(found("{x:3}", "a,b") == "-");
  BOOST_TEST(found("{a}-{x:1}", "p-qq-r") == "a=p-qq x=r");
  BOOST_TEST(found("{/v:1,v}", "/v/value") == "v=value");
  BOOST_TEST(found("{/v,v:1}", "/value/v") == "v=value");
  BOOST_TEST(found("{/v,v:1}", "/value/w") == "-");
  BOOST_TEST(found("{/v:1,v}", "/w/value") == "-");
  BOOST_TEST(found("{/v:1,v:3}", "/v/val") == "v=val");
  BOOST_TEST(found("{/v:3,v:1,v}", "/val/v/value") == "v=value");
  BOOST_TEST(found("{x}/{x}", "a/a") == "x=a");
  BOOST_TEST(found("{x}/{x}", "a/b") == "-");
}

BOOST_AUTO_TEST_CASE(the_leftmost_takes_as_little_as_it_can) {
  BOOST_TEST(found("{name}.{ext}", "a.tar.gz") == "name=a ext=tar.gz");
  BOOST_TEST(found("{+a}/{+b}", "1/2/3") == "a=1 b=2/3");
  BOOST_TEST(found("{+a}/{b}", "1/2/3") == "a=1/2 b=3");
  BOOST_TEST(found("{x}{y}", "ab") == "y=ab");
  BOOST_TEST(found("{/a}{/b}", "/1") == "a=1");
  BOOST_TEST(found("{/a}{/b}", "/1/2") == "a=1 b=2");
  BOOST_TEST(found("{+path}{?q}", "?q=1") == "q=1");
  BOOST_TEST(found("{+path}{?q}", "a?x=1?q=2") == "path=a?x=1 q=2");
  BOOST_TEST(found("{a}:{b}", "x:y:z") == "a=x b=y:z");
}

BOOST_AUTO_TEST_CASE(what_is_nearly_a_uri_of_the_template_is_none) {
  BOOST_TEST(found("", "") == "");
  BOOST_TEST(found("", "a") == "-");
  BOOST_TEST(found("a", "") == "-");
  BOOST_TEST(found("a{x}", "b") == "-");
  BOOST_TEST(found("{x}/a", "1/a/") == "-");
  BOOST_TEST(found("{x}", "a/b") == "-");
  BOOST_TEST(found("{x}", "a?b") == "-");
  BOOST_TEST(found("{x}", "a#b") == "-");
  BOOST_TEST(found("http://h/{x}", "HTTP://h/1") == "-");
}

BOOST_AUTO_TEST_CASE(escapes_are_strict_and_values_are_utf8) {
  for (std::string_view const bad :
       {"%",         "%4",           "%zz",  "a%2",  "%C3",  "%C3x", "%C3%",        "%ff", "%C0%80",
        "%ED%A0%80", "%F4%90%80%80", "%00",  "a b",  "a\"b", "<a>",  "a\\b",        "^",   "`",
        "{x}",       "a|b",          "\x7f", "a\nb", "\xff", "\xc3", "\xed\xa0\x80"}) {
    BOOST_TEST(found("{x}", bad) == "-", bad);
    BOOST_TEST(found("{+x}", bad) == "-", bad);
  }
  BOOST_TEST(found("{x}", std::string_view("\0", 1)) == "-");
  BOOST_TEST(found("{x}", "%F0%9F%98%80") == "x=\xf0\x9f\x98\x80");
  BOOST_TEST(found("{x}", "\xf0\x9f\x98\x80") == "x=\xf0\x9f\x98\x80");
  BOOST_TEST(found("\xc3\xa9/{x}", "%c3%A9/1") == "x=1");
  BOOST_TEST(found("%C3%A9/{x}", "\xc3\xa9/1") == "x=1");
  BOOST_TEST(found("caf\xc3\xa9", "cafe") == "-");
  BOOST_TEST(found("{user}", "bob@example.com") == "user=bob@example.com");
}

BOOST_AUTO_TEST_CASE(templates_that_are_none_say_why) {
  using e = uri_template_errc;
  for (auto text : {"{", "a{x", "{x,", "{x:3", "}{"}) {
    auto const expected = text[0] == '}' ? e::stray_brace : e::unclosed;
    BOOST_TEST((fault(text) == expected), text);
  }
  BOOST_TEST((fault("a}") == e::stray_brace));
  BOOST_TEST((fault("{x}}") == e::stray_brace));
  for (auto text : {"{=x}", "{,x}", "{!x}", "{@x}", "{|x}"})
    BOOST_TEST((fault(text) == e::bad_operator), text);
  for (auto text : {"{}", "{+}", "{x,}", "{x,,y}", "{.}", "{x.}", "{..x}", "{x..y}", "{a b}", "{x-y}", "{%4}",
                    "{*}", "{:1}", "{x{y}}", "{$x}", "{\xc3\xa9}", "{?x,?y}"})
    BOOST_TEST((fault(text) == e::bad_name), text);
  for (auto text : {"{x:}", "{x:0}", "{x:01}", "{x:10000}", "{x:3*}", "{x*:3}", "{x**}", "{x:a}", "{x:3:3}"})
    BOOST_TEST((fault(text) == e::bad_modifier), text);
  for (std::string_view text :
       {"a b", "<", "\"", "\\", "^", "`", "|", "\n", "\x7f", "\xc2\x80", "\xff", "\xc3"})
    BOOST_TEST((fault(text) == e::bad_literal), text);
  BOOST_TEST((fault(std::string_view("\0", 1)) == e::bad_literal));
  for (auto text : {"%", "%4", "%zz", "%00", "%C3", "%ff{x}"})
    BOOST_TEST((fault(text) == e::bad_escape), text);
  BOOST_TEST((uri_template::parse("{").error() == mcpawl::condition::malformed));
}

BOOST_AUTO_TEST_CASE(each_error_has_a_text_of_its_own) {
  std::set<std::string> texts;
  int const last = static_cast<int>(uri_template_errc::prefix_of_list);
  for (int i = 1; i <= last; ++i) texts.insert(make_error_code(static_cast<uri_template_errc>(i)).message());
  BOOST_TEST(texts.size() == static_cast<std::size_t>(last));
  BOOST_TEST((make_error_code(uri_template_errc::too_large) == mcpawl::condition::too_large));
}

BOOST_AUTO_TEST_CASE(names_are_listed_once) {
  auto const t = parsed("/{a}{/b.c,a:3}{?d_1,%41}");
  std::vector<std::string> const expected{"a", "b.c", "d_1", "%41"};
  BOOST_TEST(t.names() == expected, boost::test_tools::per_element());
  BOOST_TEST(t.literal_prefix() == "/");
  BOOST_TEST(parsed("{x}a").literal_prefix() == "");
  BOOST_TEST(parsed("").names().empty());
}

BOOST_AUTO_TEST_CASE(values_that_cannot_be_expanded_are_errors) {
  uri_variables v;
  v.set("bad", "a\xff");
  v.set("list", uri_list{"a"});
  BOOST_TEST((parsed("{bad}").expand(v).error() == uri_template_errc::not_utf8));
  BOOST_TEST((parsed("{+bad}").expand(v).error() == uri_template_errc::not_utf8));
  BOOST_TEST((parsed("{list:1}").expand(v).error() == uri_template_errc::prefix_of_list));
  v.set("list", "\xe2\x82\xac\xe2\x82\xac");
  BOOST_TEST(parsed("{list:1}").expand(v).value() == "%E2%82%AC");
  BOOST_TEST(parsed("{+x}").expand(given()).value() == "1024");
  v.set("esc", "%41%4");
  BOOST_TEST(parsed("{+esc}").expand(v).value() == "%41%254");
  BOOST_TEST(parsed("{esc}").expand(v).value() == "%2541%254");
}

BOOST_AUTO_TEST_CASE(sizes_are_bounded) {
  BOOST_TEST((fault(std::string(uri_template::max_size + 1, 'a')) == uri_template_errc::too_large));
  BOOST_TEST(uri_template::parse(std::string(uri_template::max_size, 'a')).has_value());
  std::string many;
  for (std::size_t i = 0; i != uri_template::max_variables; ++i) many += "{x}";
  BOOST_TEST(uri_template::parse(many).has_value());
  BOOST_TEST((fault(many + "{x}") == uri_template_errc::too_large));
  BOOST_TEST(found("{x}", std::string(uri_template::max_uri_size, 'a')).size() ==
             uri_template::max_uri_size + 2);
  BOOST_TEST(found("{x}", std::string(uri_template::max_uri_size + 1, 'a')) == "-");
  // over the limit once it is encoded
  std::string accents;
  while (accents.size() < uri_template::max_uri_size) accents += "\xc3\xa9";
  BOOST_TEST(found("{x}", accents) == "-");
}

BOOST_AUTO_TEST_CASE(hostile_uris_take_bounded_work) {
  // each would take longer than anybody waits if every way to cut were tried
  std::string const slashes(uri_template::max_uri_size, '/');
  BOOST_TEST(found("{+a}/{+b}/{+c}/{+d}/{+e}x", slashes) == "-");
  std::string variables;
  for (int i = 0; i != 64; ++i) variables += "{v" + std::to_string(i) + "}";
  BOOST_TEST(found(variables + "!!", std::string(8000, 'a')) == "-");
  BOOST_TEST(found("{/a*}{/b*}{/c*}{/d*}{?e*}", slashes + "?") == "-");
  BOOST_TEST(found("{?a*}{&b*}{&c*}{&d*}!", "?a=1" + std::string(8000, '&')) == "-");
  // and honest ones that look the same are still found
  std::string const path(300, '/');
  BOOST_TEST(found("{+a}/{+b}/{+c}x", path + "x") == "c=" + std::string(298, '/'));
}

BOOST_AUTO_TEST_SUITE_END()
