// tests/hazards/self_test.cpp - shows what the scan refuses and what it leaves alone
// SPDX-License-Identifier: BSL-1.0
#include "scan.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace {

struct example {
  std::string_view statement;
  std::string_view refused;  ///< A word of the finding; empty when the statement is fine.
};

constexpr example examples[] = {
    // a closure with captures
    {"co_await f([n] { return n; });", "captures"},
    {"co_await f([&n] { use(n); });", "captures"},
    {"auto r = co_await co_spawn(ex, [n]() -> task<int> { co_return n; }, use_awaitable);", "captures"},
    {"co_await [n]() -> task<int> { co_return n; }();", "captures"},
    {"co_return co_await f(g(1, [x = std::move(y)](auto h) mutable { h(x); }), token);", "captures"},
    {"if (co_await f([this] { return 1; })) return;", "captures"},
    {"while (!(co_await f([=] { return 1; }))) {}", "captures"},
    {"for (auto x : co_await f([k] { return k; })) use(x);", "captures"},
    {"f([n] { return n; }, co_await g());", "captures"},
    {"auto g = [] { return 1; }; auto x = h(co_await f([n] { return n; }));", "captures"},
    {"auto g = [] () -> task<> { co_await f([n] { return n; }); };", "captures"},
    // braces
    {"co_await f({1, 2});", "braces"},
    {"co_await f(request{1, \"a\"});", "braces"},
    {"co_await f(request{}, std::chrono::seconds{1});", "braces"},
    {"co_await f(request{.name = \"a\"});", "braces"},
    {"co_await obj.call<std::vector<int>>(std::vector<int>{1});", "braces"},
    {"request q{.name = to_string(co_await g())};", "braces"},
    {"auto v = std::vector<int>{co_await g()};", "braces"},
    {"co_return answer{co_await g()};", "braces"},
    {"take(request{1}, co_await g());", "braces"},
    {"take(p->member, request{co_await g()});", "braces"},
    {"if (auto r = co_await f({}); r) { use(r); }", "braces"},
    {"BOOST_TEST((co_await f({1})).has_value());", "braces"},
    // the conditional operator
    {"auto r = c ? co_await make() : other(2);", "?:"},
    {"co_await f(c ? n : name{});", "?:"},
    {"auto r = co_await g() ? opt(n) : none;", "?:"},
    {"co_return co_await f(c ? a : b);", "?:"},
    {"co_await f(c ? \"one\" : a);", "?:"},
    {"co_await f(c ? a : \"other\");", "?:"},
    {"co_await f(c ? \"one\"s : \"other\"s);", "?:"},
    {"co_await f(c ? \"one\" : \"other\" + a);", "?:"},
    {"co_await f(c ? \"one\" : d ? \"two\" : a);", "?:"},
    // a condition where nothing is declared
    {"if (co_await f(n)) co_return;", "condition"},
    {"if (!co_await f(n)) co_return; co_await g(n);", "condition"},
    {"if (n == 1) { if (co_await f(n)) co_return; }", "condition"},
    {"if (n == 1) co_return; else if (n == 2 && co_await f(n)) co_return;", "condition"},
    {"while (co_await f(n)) co_return;", "condition"},
    {"do { ++n; } while (co_await f(n));", "condition"},
    {"for (; co_await f(n);) ++n;", "condition"},
    {"switch (co_await f(n)) { case 1: co_return; }", "condition"},
    {"static_assert(true); if (co_await f(n)) { call(n); n = 2; a->b = n; }", "condition"},
    {"if (co_await f([](int i) { int k = i; return k; })) co_return;", "condition"},
    {"if (auto g = [](int m) -> task<bool> { if (co_await f(m)) co_return true; co_return false; }; n) use(g);",
     "condition"},
    // what is fine
    {"co_await f(i, n, i == n ? \"done\" : \"working\");", ""},
    {"co_await f(c ? 1 : 20, m);", ""},
    {"if (co_await f(n)) co_return; int k = 0; use(k);", ""},
    {"if (n == 1) { std::vector<int> v(3); if (co_await f(n)) co_return; }", ""},
    {"if (bool const r = co_await f(n); r) co_return;", ""},
    {"if (auto r = co_await f(n)) use(r);", ""},
    {"for (int i = 0; i != 2; ++i) if (co_await f(i)) co_return;", ""},
    {"try { if (co_await f(n)) co_return; } catch (int) { throw; }", ""},
    {"using number = int; if (co_await f(number(n))) co_return;", ""},
    {"if (n == 1) co_await f(n);", ""},
    {"co_return co_await f(n) && co_await g(n);", ""},
    {"co_await f(std::move(x));", ""},
    {"auto g = [n] { return n; }; co_await f(std::move(g));", ""},
    {"auto t = f([n] { return n; }); co_await std::move(t);", ""},
    {"request q{1, \"a\"}; co_await f(std::move(q));", ""},
    {"request q = {1}; { co_await f(q); }", ""},
    {"auto x = c ? a : b; co_await f(x);", ""},
    {"if (c ? a : b) co_await f(x);", ""},
    {"for (int i : {1, 2}) co_await f(i);", ""},
    {"for (int i = c ? 1 : 2; co_await f(i); ++i) {}", ""},
    {"if (c) { auto y = [n] { return n; }; } co_await f(x);", ""},
    {"if (co_await f(x)) { request q{1}; use(c ? q : r); }", ""},
    {"if (auto r = co_await f(x); !r) { use({1}); } else { use({2}); }", ""},
    {"if (c) use({1}); else co_await f(x);", ""},
    {"do { co_await f(x); } while (c ? a : b);", ""},
    {"co_await f([](int i) { return i; }, 3);", ""},
    {"co_await f([](int i) -> task<int> { request q{i}; co_return q.i ? 1 : 2; });", ""},
    {"co_spawn(ex, [n]() -> task<> { co_await f(n); }, detached);", ""},
    {"co_spawn(ex, [n]() mutable noexcept -> task<std::pair<int, int>> { co_await f(n); }, detached);", ""},
    {"auto g = [n]<class T>(T t) -> task<> { co_await f(n, t); };", ""},
    {"auto g = [n] { return n; }; { co_await f(x); }", ""},
    {"co_await pause(std::chrono::milliseconds{10});", ""},
    {"auto [a, b] = co_await f(x);", ""},
    {"auto const& [a, b] = co_await f(x);", ""},
    {"for (auto& [a, b] : co_await f(x)) use(a, b);", ""},
    {"auto y = co_await f(v[i], m[\"k\"], w()[0]);", ""},
    {"switch (co_await f()) { case 1: { request q{1}; break; } default: co_return c ? a : b; }", ""},
    {"try { co_await f(x); } catch (error const& e) { use({e}); }", ""},
    {"request q{1}; try { co_await f(x); } catch (...) {}", ""},
    {"// co_await f({1});\n co_await g(\"{?[n]\", '{', R\"x({?)\" [n])x\", 1'000);", ""},
    {"[[maybe_unused]] auto r = co_await f(x);", ""},
    {"struct local { int a{1}; }; co_await f(x);", ""},
};

}  // namespace

int main() {
  int wrong = 0;
  for (auto const& [statement, refused] : examples) {
    std::string const source = "#define BRACE {\ntask<> t(int n) {\n" + std::string(statement) + "\n}\n";
    auto const findings = check_coroutines::scanner(source).run();
    bool const right =
        refused.empty()
            ? findings.empty()
            : !findings.empty() && findings[0].what.find(refused) != refused.npos && findings[0].line == 3;
    if (right) continue;
    ++wrong;
    std::printf("%s\n  expected: %s, found: %s\n", std::string(statement).c_str(),
                refused.empty() ? "nothing" : std::string(refused).c_str(),
                findings.empty() ? "nothing" : std::string(findings[0].what).c_str());
  }
  std::printf("%zu statements, %d judged wrongly\n", std::size(examples), wrong);
  return wrong == 0 ? 0 : 1;
}
