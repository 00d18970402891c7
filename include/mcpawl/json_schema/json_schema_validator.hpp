// mcpawl/json_schema/json_schema_validator.hpp - one value checked by a compiled JSON Schema
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_equality.hpp>
#include <mcpawl/json_schema/json_schema_node.hpp>
#include <mcpawl/json_schema/json_schema_sentences.hpp>
#include <mcpawl/reflect/decode_problem.hpp>
#include <mcpawl/text/json_number.hpp>
#include <mcpawl/text/json_text.hpp>
#include <mcpawl/text/utf8.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Checks one value; keeps the first problem, or all that `decode_problems` has room for.

    Both the depth of schemas within schemas and the work are bounded; beyond, every answer on the way out is
    "no", so that no `not` can make a "yes" of it.
*/
class schema_validator {
public:
  static constexpr std::size_t max_work = pattern::max_work;
  static constexpr std::size_t max_depth = 400;

  explicit schema_validator(schema_program const& program,
                            problem_search search = problem_search::first) noexcept
      : program_(program), search_(search) {}

  bool run(boost::json::value const& value) {
    bool const good = check(0, {value, nullptr, nullptr, nullptr, true});
    if (stopped_) {
      problems_ = {};
      problems_.add({{}, "is too deep or takes too long to be checked"});
    }
    return good && !stopped_;
  }
  /** What is wrong, after a check that said no. */
  decode_problem take_problem() { return problems_.take_first(); }
  decode_problems take_problems() { return problems_.take(); }

private:
  /** The resources that were entered on the way to a schema, the innermost first. */
  struct scope {
    scope const* outer;
    std::uint32_t resource;
  };
  /** Which items or members some schema has looked at; `unevaluated...` is about the others. */
  using evaluated = std::vector<bool>;

  /** A value and what its schemas share. */
  struct subject {
    boost::json::value const& value;
    json_step const* at;
    scope const* entered;
    evaluated* seen;  ///< Null where nobody asks.
    bool report;      ///< Whether a problem is kept; not so for what may fail.

    subject inside(boost::json::value const& part, json_step const& step) const noexcept {
      return {part, &step, entered, nullptr, report};
    }
    subject attempt(evaluated* to) const noexcept { return {value, at, entered, to, false}; }
  };

  bool work(std::size_t count) noexcept {
    work_ += count;
    if (work_ > max_work) stopped_ = true;
    return !stopped_;
  }
  auto worker() noexcept {
    return [this](std::size_t count) { return work(count); };
  }

  bool refuse(subject const& on, std::string message) {
    if (!on.report) return false;
    decode_problem problem;
    append_pointer(problem.pointer, on.at);
    problem.message = std::move(message);
    problems_.add(std::move(problem));
    return false;
  }
  /** Whether what comes after a problem is checked, too. */
  bool goes_on(subject const& on) const noexcept {
    return search_ == problem_search::all && on.report && !stopped_ && !problems_.full();
  }
  /** Note whether one of several demands is met; false if the others need not be checked. */
  bool note(bool& good, bool met, subject const& on) const noexcept {
    good = good && met;
    return met || goes_on(on);
  }
  template <class Sentence>
  bool refuse_with(subject const& on, Sentence const& sentence) {
    return on.report ? refuse(on, sentence()) : false;
  }

  bool check(schema_place place, subject on) {
    if (!work(1)) return false;
    if (depth_ == max_depth) {
      stopped_ = true;
      return false;
    }
    auto const& node = program_.nodes[place];
    if (node.nothing) return refuse(on, "is not allowed here");
    scope const own{on.entered, node.resource};
    if (on.entered == nullptr || on.entered->resource != node.resource) on.entered = &own;

    ++depth_;
    bool const asks = (node.array && node.array->unevaluated != no_schema && on.value.is_array()) ||
                      (node.object && node.object->unevaluated != no_schema && on.value.is_object());
    bool good = false;
    if (asks) {
      evaluated seen(size_of(on.value));
      auto inner = on;
      inner.seen = &seen;
      good = check_node(node, inner) && check_unevaluated(node, inner);
      if (good) merge(on.seen, seen);
    } else {
      good = check_node(node, on);
    }
    --depth_;
    return good && !stopped_;
  }

  static std::size_t size_of(boost::json::value const& value) noexcept {
    if (auto const* const array = value.if_array()) return array->size();
    auto const* const object = value.if_object();
    return object == nullptr ? 0 : object->size();
  }
  void merge(evaluated* to, evaluated const& from) {
    if (to == nullptr) return;
    work(from.size() / 64);
    for (std::size_t i = 0; i != from.size(); ++i) {
      if (from[i]) (*to)[i] = true;
    }
  }
  static void mark(subject const& on, std::size_t at) {
    if (on.seen != nullptr) (*on.seen)[at] = true;
  }

  bool check_node(schema_node const& node, subject const& on) {
    bool good = true;
    if (!note(good, check_value(node, on), on)) return false;
    // of what is something else altogether nothing more is said
    if (!good && (node.types & type_of(on.value)) == 0) return false;
    return check_combined(node, on) && good;
  }

  bool check_value(schema_node const& node, subject const& on) {
    if ((node.types & type_of(on.value)) == 0)
      return refuse_with(on, [&node] { return "expected " + types_sentence(node.types); });
    if (node.constant && !json_equal(on.value, *node.constant, worker()))
      return refuse_with(on, [&node] { return "must be " + short_json(*node.constant); });
    if (node.values && std::none_of(node.values->begin(), node.values->end(),
                                    [&](auto const& value) { return json_equal(on.value, value, worker()); }))
      return refuse_with(on, [&node] { return "expected " + values_sentence(*node.values); });
    if (node.number && on.value.is_number() && !check_number(*node.number, on)) return false;
    if (node.string && on.value.is_string() && !check_string(*node.string, on)) return false;
    if (node.array && on.value.is_array() && !check_array(*node.array, on)) return false;
    return !node.object || !on.value.is_object() || check_object(*node.object, on);
  }

  bool check_number(number_rules const& rules, subject const& on) {
    auto const bound = [&](auto const& limit, auto const& good, char const* words) {
      if (!limit || good(compare_numbers(on.value, *limit))) return true;
      return refuse_with(on, [&] { return words + short_json(*limit); });
    };
    auto const at_least = [](auto order) { return order >= 0; };
    auto const at_most = [](auto order) { return order <= 0; };
    auto const over = [](auto order) { return order > 0; };
    auto const under = [](auto order) { return order < 0; };
    if (!bound(rules.minimum, at_least, "must be at least ") ||
        !bound(rules.maximum, at_most, "must be at most ") ||
        !bound(rules.exclusive_minimum, over, "must be over ") ||
        !bound(rules.exclusive_maximum, under, "must be under "))
      return false;
    if (!rules.multiple_of || is_multiple_of(on.value, *rules.multiple_of)) return true;
    return refuse_with(on, [&] { return "must be a multiple of " + short_json(*rules.multiple_of); });
  }

  bool check_string(string_rules const& rules, subject const& on) {
    std::string_view const text(on.value.get_string().data(), on.value.get_string().size());
    if (!work(text.size() / 16)) return false;
    // a code point has 1 to 4 bytes, so that many texts need not be counted
    if (rules.min_length > text.size() || rules.max_length < text.size() ||
        rules.min_length > text.size() / 4) {
      auto const count = count_code_points(text);
      if (count < rules.min_length)
        return refuse_with(
            on, [&] { return count_sentence("must have at least ", rules.min_length, " characters"); });
      if (count > rules.max_length)
        return refuse_with(
            on, [&] { return count_sentence("must have at most ", rules.max_length, " characters"); });
    }
    if (!rules.matches) return true;
    if (!found(*rules.matches, text))
      return refuse_with(on, [&] { return "must match the pattern " + shortened(rules.matches->text, 200); });
    return true;
  }
  bool found(schema_pattern const& pattern, std::string_view text) {
    return work(pattern.compiled.work_for(text.size())) && pattern.compiled.matches(text);
  }

  bool check_array(array_rules const& rules, subject const& on) {
    auto const& items = on.value.get_array();
    if (items.size() < rules.min_items)
      return refuse_with(on,
                         [&] { return count_sentence("must have at least ", rules.min_items, " items"); });
    if (items.size() > rules.max_items)
      return refuse_with(on, [&] { return count_sentence("must have at most ", rules.max_items, " items"); });
    if (rules.unique) {
      auto const [first, second] = equal_items(items, worker());
      if (first != second) {
        json_step const step{on.at, {}, std::max(first, second)};
        return refuse(on.inside(items[step.index], step), "must not be there twice");
      }
    }
    std::size_t contained = 0;
    bool good = true;
    for (std::size_t i = 0; i != items.size(); ++i) {
      if (!work(1)) return false;
      json_step const step{on.at, {}, i};
      auto const part = on.inside(items[i], step);
      auto const schema = i < rules.prefix.size() ? rules.prefix[i] : rules.items;
      if (schema != no_schema) {
        if (!note(good, check(schema, part), on)) return false;
        mark(on, i);
      }
      if (rules.contains != no_schema && check(rules.contains, part.attempt(nullptr))) {
        ++contained;
        mark(on, i);
      }
    }
    if (rules.contains == no_schema) return good && !stopped_;
    if (contained < rules.min_contains)
      return refuse_with(on, [&] {
        return count_sentence("must have at least ", rules.min_contains, " items of a certain kind");
      });
    if (contained > rules.max_contains)
      return refuse_with(on, [&] {
        return count_sentence("must have at most ", rules.max_contains, " items of a certain kind");
      });
    return good && !stopped_;
  }

  bool check_object(object_rules const& rules, subject const& on) {
    auto const& members = on.value.get_object();
    bool good = true;
    for (auto const& name : rules.required) {
      if (!work(1)) return false;
      if (members.if_contains(name) == nullptr && !note(good, missing(name, on, "is required"), on))
        return false;
    }
    if (members.size() < rules.min_properties)
      return refuse_with(
          on, [&] { return count_sentence("must have at least ", rules.min_properties, " members"); });
    if (members.size() > rules.max_properties)
      return refuse_with(
          on, [&] { return count_sentence("must have at most ", rules.max_properties, " members"); });
    for (auto const& [name, others] : rules.dependent_required) {
      if (!work(1)) return false;
      if (members.if_contains(name) == nullptr) continue;
      for (auto const& other : others) {
        if (!work(1)) return false;
        if (members.if_contains(other) == nullptr &&
            !note(good, missing(other, on, "is required beside " + shortened(name, 64)), on))
          return false;
      }
    }
    std::size_t i = 0;
    bool lists = true;
    for (auto const& member : members) {
      if (!note(good, check_member(rules, member, i++, on, lists), on)) return false;
    }
    for (auto const& [name, schema] : rules.dependent) {
      if (!work(1)) return false;
      if (members.if_contains(name) != nullptr && !note(good, check(schema, on), on)) return false;
    }
    return good;
  }

  bool missing(std::string_view name, subject const& on, std::string message) {
    json_step const step{on.at, name.empty() ? std::string_view("") : name, 0};
    return refuse(on.inside(on.value, step), std::move(message));
  }

  /** @param lists  whether to say which members there may be, where this one may not be: said once. */
  bool check_member(object_rules const& rules, boost::json::key_value_pair const& member, std::size_t i,
                    subject const& on, bool& lists) {
    if (!work(1)) return false;
    auto const key = key_of(member);
    json_step const step{on.at, key, 0};
    auto const part = on.inside(member.value(), step);
    if (rules.names != no_schema) {
      boost::json::value const name(boost::json::string_view(key.data(), key.size()));
      std::size_t const before = problems_.kept().size();
      if (!check(rules.names, {name, &step, on.entered, nullptr, on.report})) {
        problems_.precede(before, "its name ");
        return false;
      }
    }
    bool matched = false;
    auto const known =
        std::lower_bound(rules.properties.begin(), rules.properties.end(), key,
                         [](auto const& property, std::string_view k) { return property.first < k; });
    if (known != rules.properties.end() && known->first == key) {
      matched = true;
      if (!check(known->second, part)) return false;
    }
    for (auto const& [pattern, schema] : rules.patterns) {
      if (!found(pattern, key)) continue;
      matched = true;
      if (!check(schema, part)) return false;
    }
    if (!matched && rules.additional != no_schema) {
      matched = true;
      if (program_.nodes[rules.additional].nothing)
        return refuse_with(part, [&] { return members_sentence(rules, std::exchange(lists, false)); });
      if (!check(rules.additional, part)) return false;
    }
    if (matched) mark(on, i);
    return !stopped_;
  }

  bool check_combined(schema_node const& node, subject const& on) {
    if (!node.combined) return true;
    auto const& rules = *node.combined;
    bool good = true;
    auto const met = [&](bool held) { return note(good, held, on); };
    if (rules.reference != no_schema && !met(check(rules.reference, on))) return false;
    if (rules.dynamic_reference != no_schema && !met(check(target_of(rules, on), on))) return false;
    for (auto const schema : rules.all_of) {
      if (!met(check(schema, on))) return false;
    }
    if (!rules.any_of.empty() && !met(check_any(rules.any_of, on))) return false;
    if (!rules.one_of.empty() && !met(check_one(rules.one_of, on))) return false;
    if (rules.negated != no_schema && check(rules.negated, on.attempt(nullptr)))
      return refuse(on, "must not be what it is: it matches a schema in \"not\"");
    if (rules.condition != no_schema) {
      auto const next = holds(rules.condition, on) ? rules.consequence : rules.alternative;
      if (stopped_ || (next != no_schema && !check(next, on))) return false;
    }
    return good && !stopped_;
  }

  /** Check what may fail; what it looked at counts only if it does not. */
  bool holds(schema_place schema, subject const& on) {
    if (on.seen == nullptr) return check(schema, on.attempt(nullptr));
    evaluated seen(on.seen->size());
    if (!work(seen.size() / 64) || !check(schema, on.attempt(&seen))) return false;
    merge(on.seen, seen);
    return true;
  }

  bool check_any(std::vector<schema_place> const& schemas, subject const& on) {
    bool any = false;
    for (auto const schema : schemas) {
      if (holds(schema, on)) any = true;
      if (stopped_) return false;
      if (any && on.seen == nullptr) return true;
    }
    return any || refuse_alternatives(schemas, on);
  }
  bool check_one(std::vector<schema_place> const& schemas, subject const& on) {
    bool any = false;
    for (auto const schema : schemas) {
      bool const one = holds(schema, on);
      if (stopped_) return false;
      if (one && any) return refuse(on, "matches more than one schema of \"oneOf\"");
      any = any || one;
    }
    return any || refuse_alternatives(schemas, on);
  }
  /** Where only one alternative could have been meant, what is wrong inside of it says more. */
  bool refuse_alternatives(std::vector<schema_place> const& schemas, subject const& on) {
    if (!on.report) return false;
    auto meant = no_schema;
    std::size_t shaped = 0;
    for (auto const schema : schemas) {
      auto const& node = program_.nodes[schema];
      if (node.nothing || (node.types & type_of(on.value)) == 0) continue;
      meant = schema;
      ++shaped;
    }
    if (shaped == 1) return check(meant, {on.value, on.at, on.entered, nullptr, true});
    return refuse(on, count_sentence("must match one of ", schemas.size(), " alternatives"));
  }

  /** The schema of the outermost resource that has the anchor. */
  schema_place target_of(combined_rules const& rules, subject const& on) {
    auto target = rules.dynamic_reference;
    if (rules.dynamic_anchor.empty()) return target;
    for (auto const* in = on.entered; in != nullptr; in = in->outer) {
      for (auto const& [name, schema] : program_.dynamic_anchors[in->resource]) {
        if (name == rules.dynamic_anchor) target = schema;
      }
      work(1);
    }
    return target;
  }

  bool check_unevaluated(schema_node const& node, subject const& on) {
    if (auto const* const items = on.value.if_array(); items != nullptr && node.array) {
      for (std::size_t i = 0; i != items->size(); ++i) {
        json_step const step{on.at, {}, i};
        if (!(*on.seen)[i] && !check(node.array->unevaluated, on.inside((*items)[i], step))) return false;
      }
    } else if (auto const* const members = on.value.if_object(); members != nullptr && node.object) {
      std::size_t i = 0;
      for (auto const& member : *members) {
        json_step const step{on.at, key_of(member), 0};
        if (!(*on.seen)[i++] && !check(node.object->unevaluated, on.inside(member.value(), step)))
          return false;
      }
    }
    on.seen->assign(on.seen->size(), true);
    return work(on.seen->size() / 64);
  }

  schema_program const& program_;
  decode_problems problems_;
  std::size_t work_ = 0;
  std::size_t depth_ = 0;
  bool stopped_ = false;
  problem_search search_;
};

}  // namespace mcpawl::detail
