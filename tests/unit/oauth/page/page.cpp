// tests/unit/oauth/page/page.cpp - the pages for people: what they say, what they escape, what browsers may do
// with them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/page/page.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_page)

using namespace mcpawl;
using namespace mcpawl::oauth;

namespace {

consent_view usual_view() {
  consent_view view;
  view.server_name = "Field Notes";
  view.operator_name = "Example Research";
  view.operator_url = "https://research.example";
  view.client_name = "Desk Assistant";
  view.client_host = "assistant.example";
  view.redirect_place = "assistant.example";
  view.redirect_uri = "https://assistant.example/cb";
  view.client_uri = "https://assistant.example/";
  view.policy_uri = "https://assistant.example/privacy";
  view.tos_uri = "https://assistant.example/terms";
  view.scopes = {{"notes:read", "Read your notes"}, {"reports", ""}};
  view.offline = true;
  view.person = "ada@example.com";
  view.handle = "the-handle";
  view.action = "/authorize";
  view.may_remember = true;
  view.sign_in_url = "https://team.example/authorization";
  return view;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/** The names of all start tags, in their order. */
std::vector<std::string> tags(std::string_view html) {
  std::vector<std::string> out;
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1))
    if (html[at + 1] != '/') out.emplace_back(html.substr(at + 1, html.find_first_of(" >", at) - at - 1));
  return out;
}

std::string field(http::response const& answer, std::string_view name) {
  std::string_view const all = answer.fields();
  std::size_t const at = all.find(std::string{name} + ": ");
  if (at == std::string_view::npos) return {};
  std::size_t const begin = at + name.size() + 2;
  return std::string{all.substr(begin, all.find('\r', begin) - begin)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_consent_page_says_all_there_is_to_know) {
  std::string const html = page_maker{}.consent(usual_view());
  for (std::string_view const part :
       {"Desk Assistant", "Field Notes", "<bdi>assistant.example</bdi>", "https://assistant.example/cb",
        "href=\"https://assistant.example/privacy\"", "href=\"https://assistant.example/terms\"",
        "Read your notes", "<bdi>notes:read</bdi>", "<bdi>reports</bdi>", "while you are away",
        "ada@example.com", "Example Research", "30 days", "It is published at"})
    BOOST_TEST(has(html, part), part);
  BOOST_TEST(!has(html, "Unverified"));
  BOOST_TEST(!has(html, "role=\"note\""));
}

BOOST_AUTO_TEST_CASE(the_form_carries_the_handle_and_the_decision_and_nothing_else) {
  auto view = usual_view();
  std::string html = page_maker{}.consent(view);
  BOOST_TEST(count(html, "<form ") == 1u);
  BOOST_TEST(has(html, "<form method=\"post\""));
  BOOST_TEST(has(html, "action=\"/authorize\""));
  BOOST_TEST(has(html, "<input type=\"hidden\" name=\"handle\" value=\"the-handle\">"));
  BOOST_TEST(has(html, "name=\"decision\" value=\"approve\""));
  BOOST_TEST(count(html, "<input ") == 2u);
  BOOST_TEST(count(html, " name=\"") - count(html, "<meta name=\"") == 4u);
  // what the Enter key chooses
  BOOST_TEST(html.find("value=\"deny\"") < html.find("value=\"approve\""));
  view.may_remember = false;
  html = page_maker{}.consent(view);
  BOOST_TEST(!has(html, "checkbox"));
}

BOOST_AUTO_TEST_CASE(a_registered_client_is_called_unverified) {
  auto view = usual_view();
  view.client_host.clear();
  std::string const html = page_maker{}.consent(view);
  BOOST_TEST(has(html, "Unverified"));
  BOOST_TEST(!has(html, "It is published at"));
}

BOOST_AUTO_TEST_CASE(a_person_is_warned_of_answers_to_the_own_machine) {
  auto view = usual_view();
  view.loopback_only = true;
  view.redirect_uri = "http://127.0.0.1:8931/cb";
  view.redirect_place = "127.0.0.1:8931";
  std::string const loopback = page_maker{}.consent(view);
  BOOST_TEST(has(loopback, "role=\"note\""));
  BOOST_TEST(has(loopback, "a program on this computer (<bdi>127.0.0.1:8931</bdi>)"));
  view.loopback_only = false;
  view.redirect_uri = "com.example.app:/cb";
  view.redirect_place = "com.example.app:";
  std::string const claimed = page_maker{}.consent(view);
  BOOST_TEST(has(claimed, "has claimed <bdi>com.example.app:</bdi>"));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_left_out) {
  std::string const html = page_maker{}.consent(consent_view{});
  for (std::string_view const part : {"<header>", "<footer>", "<dl>", "<a ", "signed in"})
    BOOST_TEST(!has(html, part), part);
  BOOST_TEST(has(html, "Use the tools of this server"));
}

BOOST_AUTO_TEST_CASE(attack_a_hostile_client_changes_no_markup) {
  auto const expected = tags(page_maker{}.consent(usual_view()));
  std::string const attacks[] = {
      "</title><script>alert(1)</script>",
      "\"><img src=x onerror=alert(1)>",
      "' onmouseover='alert(1)",
      "<style>*{display:none}</style>",
      "</bdi></h1><form action=//evil.example>",
      "{server}{client}{",
      "&lt;b&gt;&#x3c;b&#x3e;",
      "\xe2\x80\xaetpircs\xe2\x81\xa6",
      std::string("\0\r\n\x1b[31m", 9),
      "\xff\xfe\xc0\xbc",
      std::string(100000, '<'),
      std::string(100000, '{'),
      std::string(200, '"'),
  };
  for (auto const& attack : attacks) {
    auto view = usual_view();
    for (auto* const each : {&view.client_name, &view.client_host, &view.redirect_place, &view.redirect_uri,
                             &view.person, &view.server_name, &view.operator_name, &view.handle}) {
      std::string const kept = *each;
      *each = attack;
      view.loopback_only = false;
      std::string const html = page_maker{}.consent(view);
      // a redirect URI that is no web address adds the warning, and only that
      auto wanted = expected;
      if (each == &view.redirect_uri) wanted = tags(html);
      BOOST_TEST(tags(html) == wanted);
      for (std::string_view const bad :
           {"<script", "<img", "evil.example>", "onerror=alert(1)>", "\xe2\x80\xae"})
        BOOST_TEST(!has(html, bad), bad);
      BOOST_TEST(count(html, "<style>") == 1u);
      BOOST_TEST(count(html, "<form ") == 1u);
      *each = kept;
    }
    view.scopes = {{attack, attack}};
    BOOST_TEST(count(page_maker{}.consent(view), "<script") == 0u);
  }
}

BOOST_AUTO_TEST_CASE(attack_a_long_name_is_cut) {
  auto view = usual_view();
  view.client_name = std::string(1 << 20, 'x');
  BOOST_TEST(page_maker{}.consent(view).size() < 20000u);
  std::string cut;
  oauth::detail::append_theirs(cut, std::string(199, 'x') + "\xc3\xa9" + "end", 200);
  BOOST_TEST(cut == "<bdi>" + std::string(199, 'x') + "\xc3\xa9\xe2\x80\xa6</bdi>");
}

BOOST_AUTO_TEST_CASE(attack_no_link_but_to_the_web) {
  for (std::string_view const bad :
       {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " https://a.example", "data:text/html,x",
        "file:///etc/passwd", "//evil.example", "https://user@evil.example",
        "https://a.example/\"onclick=\"x", "vbscript:x", ""}) {
    auto view = usual_view();
    view.client_uri = view.policy_uri = view.tos_uri = view.operator_url = bad;
    BOOST_TEST(!has(page_maker{}.consent(view), "<a "), bad);
  }
  std::string const html = page_maker{}.consent(usual_view());
  BOOST_TEST(count(html, "<a ") == 4u);
  BOOST_TEST(count(html, "rel=\"noopener noreferrer nofollow\"") == 4u);
}

BOOST_AUTO_TEST_CASE(attack_no_image_but_of_the_operator) {
  auto view = usual_view();
  for (std::string_view const bad : {"http://a.example/x.png", "javascript:1", "data:text/html;base64,AAAA",
                                     "data:image/png,x", "data:image/png;base64,AA\"A", "x.png"}) {
    view.logo_url = bad;
    auto const answer = consent_response(page_maker{}, view);
    BOOST_TEST(!has(answer.body(), "<img"), bad);
    BOOST_TEST(!has(field(answer, "Content-Security-Policy"), "img-src"), bad);
  }
  view.logo_url = "https://cdn.example:8443/logo.png?a=1;b";
  auto const remote = consent_response(page_maker{}, view);
  BOOST_TEST(has(remote.body(), "<img alt=\"\" src=\"https://cdn.example:8443/logo.png?a=1;b\">"));
  BOOST_TEST(has(field(remote, "Content-Security-Policy"), "img-src https://cdn.example:8443;"));
  view.logo_url = "data:image/png;base64,iVBORw0KGgo=";
  BOOST_TEST(has(field(consent_response(page_maker{}, view), "Content-Security-Policy"), "img-src data:;"));
}

BOOST_AUTO_TEST_CASE(every_answer_has_the_fields_that_protect_it) {
  auto const check = [](http::response const& answer, int status) {
    BOOST_TEST(answer.status() == status);
    std::string const policy = field(answer, "Content-Security-Policy");
    BOOST_TEST(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    BOOST_TEST(has(policy, "frame-ancestors 'none'"));
    BOOST_TEST(has(policy, "base-uri 'none'"));
    BOOST_TEST(has(policy, "form-action "));
    BOOST_TEST(!has(policy, "unsafe"));
    BOOST_TEST(!has(policy, "*"));
    BOOST_TEST(field(answer, "X-Frame-Options") == "DENY");
    BOOST_TEST(field(answer, "X-Content-Type-Options") == "nosniff");
    BOOST_TEST(field(answer, "Referrer-Policy") == "same-origin");
    BOOST_TEST(field(answer, "Cache-Control") == "no-store");
    BOOST_TEST(field(answer, "Content-Type") == "text/html; charset=utf-8");
  };
  check(consent_response(page_maker{}, usual_view()), 200);
  check(error_response(page_maker{}, error_view{}), 400);
  check(page_response(502, "x"), 502);
}

BOOST_AUTO_TEST_CASE(the_form_may_lead_where_the_flow_goes) {
  auto view = usual_view();
  auto const targets = [&view] { return policy_for(view).form_targets; };
  BOOST_TEST(targets() == "'self' https:");
  view.redirect_uri = "http://127.0.0.1:8931/cb";
  BOOST_TEST(targets() == "'self' https: http://127.0.0.1:8931");
  view.redirect_uri = "http://[::1]:8931/cb";
  BOOST_TEST(targets() == "'self' https: http:");
  view.redirect_uri = "com.example.app:/cb";
  BOOST_TEST(targets() == "'self' https: com.example.app:");
  view.redirect_uri = "x; script-src *:/cb";  // no URI; nothing of it gets into the policy
  BOOST_TEST(targets() == "'self' https:");
  view.redirect_uri = "https://client.example/cb";
  view.sign_in_url = "http://127.0.0.1:9000/authorization";
  BOOST_TEST(targets() == "'self' https: http://127.0.0.1:9000");
  view.sign_in_url.clear();
  BOOST_TEST(targets() == "'self' https: http:");
}

BOOST_AUTO_TEST_CASE(the_style_in_the_page_is_the_one_the_policy_allows) {
  class plain_maker : public page_maker {
  public:
    std::string_view style() const noexcept override { return "p{color:red}"; }
  };
  // echo -n 'p{color:red}' | openssl dgst -sha256 -binary | base64
  constexpr auto hash = "'sha256-p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64='";
  auto const answer = consent_response(plain_maker{}, usual_view());
  BOOST_TEST(has(answer.body(), "<style>p{color:red}</style>"));
  BOOST_TEST(has(field(answer, "Content-Security-Policy"), hash));
  auto const bad = error_response(plain_maker{}, error_view{});
  BOOST_TEST(has(bad.body(), "<style>p{color:red}</style>"));
  BOOST_TEST(has(field(bad, "Content-Security-Policy"), hash));
}

BOOST_AUTO_TEST_CASE(words_and_pages_can_be_replaced) {
  page_words words;
  words.consent.lang = "de";
  words.consent.title = "{client} f\xc3\xbcr {server} zulassen?";
  words.error.title = "Das ging nicht";
  page_maker const pages(words);
  std::string const html = pages.consent(usual_view());
  BOOST_TEST(has(html, "<html lang=\"de\">"));
  BOOST_TEST(has(html, "<title>Desk Assistant f\xc3\xbcr Field Notes zulassen?</title>"));
  BOOST_TEST(has(pages.error(error_view{}), "<h1>Das ging nicht</h1>"));
  class own : public page_maker {
  public:
    std::string consent(consent_view const& view) const override { return view.handle; }
  };
  BOOST_TEST(consent_response(own{}, usual_view()).body() == "the-handle");
}

BOOST_AUTO_TEST_CASE(the_error_page_says_what_it_was_told_and_nothing_runs) {
  error_view view;
  view.status = 403;
  view.title = "Started <elsewhere>";
  view.text = "This sign-in was not started in this browser.";
  view.code = "invalid_request";
  view.reference = "<b>1</b>";
  view.server_name = "Field Notes";
  auto const answer = error_response(page_maker{}, view);
  BOOST_TEST(answer.status() == 403);
  for (std::string_view const part : {"Started &lt;elsewhere&gt;", "not started in this browser",
                                      "invalid_request", "&lt;b&gt;1&lt;/b&gt;", "Field Notes"})
    BOOST_TEST(has(answer.body(), part), part);
  BOOST_TEST(!has(answer.body(), "<b>"));
  BOOST_TEST(has(field(answer, "Content-Security-Policy"), "form-action 'none'"));
  view = {};
  view.status = 503;
  BOOST_TEST(has(page_maker{}.error(view), "try again"));
}

BOOST_AUTO_TEST_CASE(the_error_page_tells_a_person_what_happened_and_what_to_do) {
  error_words const words;
  auto const text = [](error_code const& why, int status) {
    error_view view;
    view.why = why;
    view.status = status;
    view.code = "the_code";
    std::string const html = page_maker{}.error(view);
    BOOST_TEST(has(html, "<code><bdi>the_code</bdi></code>"));
    if (why) BOOST_TEST(!has(html, why.message()), why.message());
    std::size_t const begin = html.find("<p>") + 3;
    return html.substr(begin, html.find("</p>", begin) - begin);
  };
  for (auto const why : {oauth_errc::malformed_request, oauth_errc::duplicate_parameter,
                         oauth_errc::missing_parameter, oauth_errc::parameter_too_long})
    BOOST_TEST(text(why, 400) == words.malformed);
  for (auto const why : {oauth_errc::redirect_uri_needed, oauth_errc::redirect_uri_mismatch})
    BOOST_TEST(text(why, 400) == words.wrong_destination);
  BOOST_TEST(text(oauth_errc::redirect_scheme_refused, 400) == words.refused_scheme);
  for (auto const why : {oauth_errc::registration_too_large, oauth_errc::bad_registration,
                         oauth_errc::bad_registered_uri, oauth_errc::document_elsewhere})
    BOOST_TEST(text(why, 400) == words.bad_document);
  BOOST_TEST(text(oauth_errc::unknown_client, 400) == words.unknown_client);
  BOOST_TEST(text(oauth_errc::flow_not_found, 400) == words.expired);
  BOOST_TEST(text(oauth_errc::flow_of_another_browser, 400) == words.another_browser);
  BOOST_TEST(text(oauth_errc::document_unavailable, 503) == words.document_unavailable);
  BOOST_TEST(text(oauth_errc::contended, 503) == words.unavailable);
  BOOST_TEST(text(oauth_errc::damaged_record, 500) == words.unavailable);
  BOOST_TEST(text(oauth_errc::denied, 400) == words.text);
  // what another layer says is for the log
  auto const elsewhere = make_error_code(boost::system::errc::connection_refused);
  BOOST_TEST(text(elsewhere, 500) == words.unavailable);
  BOOST_TEST(text(elsewhere, 400) == words.text);
  BOOST_TEST(text({}, 400) == words.text);
}

BOOST_AUTO_TEST_CASE(the_error_page_names_the_host_that_was_not_reached) {
  error_words const words;
  error_view view;
  view.why = oauth_errc::document_unavailable;
  view.host = "app.example.com<";
  std::string const later = page_maker{}.error(view);
  BOOST_TEST(has(later, words.document_unavailable));
  BOOST_TEST(has(later, "Not reached: <code><bdi>app.example.com&lt;</bdi></code>"));
  view.can_register = true;
  std::string const again = page_maker{}.error(view);
  BOOST_TEST(has(again, words.document_avoidable));
  BOOST_TEST(has(again, "connect again: that will help"));
  view.why = oauth_errc::unknown_client;
  BOOST_TEST(has(page_maker{}.error(view), words.unknown_client));
}

BOOST_AUTO_TEST_CASE(what_was_wrong_is_shown_to_who_makes_the_application) {
  error_view view;
  BOOST_TEST(!has(page_maker{}.error(view), error_words{}.detail));
  view.detail = "parameter given twice: <b>";
  std::string const html = page_maker{}.error(view);
  BOOST_TEST(has(html, error_words{}.detail + ": <code><bdi>parameter given twice: &lt;b&gt;</bdi></code>"));
}

BOOST_AUTO_TEST_CASE(the_sentences_of_errors_can_be_replaced) {
  page_words words;
  words.error.another_browser = "In einem anderen Browser <begonnen>.";
  error_view view;
  view.why = oauth_errc::flow_of_another_browser;
  page_maker const pages(words);
  BOOST_TEST(has(pages.error(view), "In einem anderen Browser &lt;begonnen&gt;."));
  view.text = "This one is told.";
  BOOST_TEST(has(pages.error(view), "<p>This one is told.</p>"));
  BOOST_TEST(!has(pages.error(view), "Browser"));
}

BOOST_AUTO_TEST_SUITE_END()
