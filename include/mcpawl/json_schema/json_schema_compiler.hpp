// mcpawl/json_schema/json_schema_compiler.hpp - from a JSON Schema as JSON to a program that checks values
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_schema_errc.hpp>
#include <mcpawl/json_schema/json_schema_error.hpp>
#include <mcpawl/json_schema/json_schema_index.hpp>
#include <mcpawl/json_schema/json_schema_keywords.hpp>
#include <mcpawl/json_schema/json_schema_library.hpp>
#include <mcpawl/json_schema/json_schema_node.hpp>
#include <mcpawl/reflect/decode_problem.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Compiles a schema and everything that it refers to. Nothing recurses: what is met is put on a list. */
class schema_compiler {
public:
  explicit schema_compiler(json_schema_library const& library) : index_(library, errors_) {}

  /** Compile; the program is of use only if there are no errors. */
  schema_program run(boost::json::value const& schema) {
    index_.add_document(schema, {}, {});
    place_of(schema);
    for (std::size_t at = 0; at != schemas_.size(); ++at) compile(static_cast<schema_place>(at));
    if (errors_.empty()) find_endless();
    program_.dynamic_anchors.resize(index_.resources());
    return std::move(program_);
  }

  schema_errors const& errors() const noexcept { return errors_; }

private:
  class reader final : public keyword_reader {
  public:
    reader(schema_compiler& compiler, schema_node& read, schema_location const& where,
           std::string_view keyword)
        : keyword_reader(read), compiler_(compiler), where_(where), keyword_(keyword) {}

    void refuse(json_schema_errc code, std::string_view message, std::string const& part) override {
      auto pointer = where_.pointer;
      append_pointer_name(pointer, keyword_);
      compiler_.errors_.add(code, pointer + part, std::string(message));
    }
    schema_place schema(boost::json::value const& value) override { return compiler_.place_of(value); }
    void reference(std::string_view uri, bool dynamic) override {
      auto const found = compiler_.index_.resolve(uri, where_.resource);
      if (found.schema == nullptr)
        return refuse(json_schema_errc::unresolved,
                      "leads to nothing at hand, and nothing is fetched: " + shortened(uri, 200), {});
      auto const place = compiler_.place_of(*found.schema);
      auto& rules = made(node.combined);
      if (!dynamic) {
        rules.reference = place;
        return;
      }
      rules.dynamic_reference = place;
      rules.dynamic_anchor = found.dynamic_anchor;
      if (!rules.dynamic_anchor.empty()) compiler_.want_anchors(rules.dynamic_anchor);
    }

  private:
    schema_compiler& compiler_;
    schema_location const& where_;
    std::string_view keyword_;
  };

  /** The place of a schema, which is compiled when its turn comes. */
  schema_place place_of(boost::json::value const& schema) {
    auto const [found, added] = places_.emplace(&schema, static_cast<schema_place>(schemas_.size()));
    // what the index gave up on is an error already
    if (!index_.knows(schema)) {
      places_.erase(found);
      return 0;
    }
    if (added) schemas_.push_back(&schema);
    return found->second;
  }

  void compile(schema_place at) {
    auto const& schema = *schemas_[at];
    // a copy: further documents may come in while this one is read
    auto const where = index_.location(schema);
    schema_node node;
    node.resource = where.resource;
    add_wanted_anchors(where.resource);
    if (auto const* const boolean = schema.if_bool()) {
      node.nothing = !*boolean;
    } else if (auto const* const object = schema.if_object()) {
      auto const vocabularies = index_.resource(where.resource).vocabularies;
      for (auto const& keyword : schema_keywords) {
        if ((vocabularies & keyword.vocabulary) == 0) continue;
        auto const* const value = object->if_contains(keyword.name);
        if (value == nullptr) continue;
        reader in(*this, node, where, keyword.name);
        keyword.read(in, *value);
      }
    } else {
      errors_.add(json_schema_errc::bad_schema, where.pointer, "must be a schema: an object, true or false");
    }
    program_.nodes.push_back(std::move(node));
  }

  /** From now on every `$dynamicAnchor` of a name can be reached, in the resources met and in later ones. */
  void want_anchors(std::string const& name) {
    if (std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end()) return;
    wanted_.push_back(name);
    for (std::size_t i = 0; i != program_.dynamic_anchors.size(); ++i) {
      if (entered_[i]) add_anchor(i, name);
    }
  }
  void add_wanted_anchors(std::size_t resource) {
    if (program_.dynamic_anchors.size() <= resource) {
      program_.dynamic_anchors.resize(resource + 1);
      entered_.resize(resource + 1);
    }
    if (entered_[resource]) return;
    entered_[resource] = true;
    for (auto const& name : wanted_) add_anchor(resource, name);
  }
  void add_anchor(std::size_t resource, std::string const& name) {
    auto const& anchors = index_.resource(static_cast<std::uint32_t>(resource)).dynamic_anchors;
    auto const found = anchors.find(name);
    if (found != anchors.end())
      program_.dynamic_anchors[resource].emplace_back(name, place_of(*found->second));
  }

  template <class Visit>
  static void for_each_of_same_value(schema_node const& node, Visit const& visit) {
    if (node.object) {
      for (auto const& [name, schema] : node.object->dependent) visit(schema);
    }
    if (!node.combined) return;
    auto const& rules = *node.combined;
    for (auto const* const list : {&rules.all_of, &rules.any_of, &rules.one_of}) {
      for (auto const schema : *list) visit(schema);
    }
    for (auto const schema :
         {rules.reference, rules.negated, rules.condition, rules.consequence, rules.alternative}) {
      if (schema != no_schema) visit(schema);
    }
  }

  /** Find schemas that lead back to themselves without going into the value. */
  void find_endless() {
    auto const& nodes = program_.nodes;
    std::vector<std::size_t> open(nodes.size());
    std::vector<std::vector<schema_place>> users(nodes.size());
    for (schema_place i = 0; i != nodes.size(); ++i) {
      for_each_of_same_value(nodes[i], [&](schema_place to) {
        ++open[i];
        users[to].push_back(i);
      });
    }
    // take away, again and again, what leads nowhere; what stays leads into a circle
    std::vector<schema_place> done;
    for (schema_place i = 0; i != nodes.size(); ++i) {
      if (open[i] == 0) done.push_back(i);
    }
    for (std::size_t i = 0; i != done.size(); ++i) {
      for (auto const user : users[done[i]]) {
        if (--open[user] == 0) done.push_back(user);
      }
    }
    if (done.size() == nodes.size()) return;
    auto const next = [&](schema_place from) {
      auto to = no_schema;
      for_each_of_same_value(nodes[from], [&](schema_place place) {
        if (open[place] != 0) to = place;
      });
      return to;
    };
    schema_place at = 0;
    while (open[at] == 0) ++at;
    // as many steps as there are schemas end on the circle itself; the first met of it is where it is told
    for (std::size_t i = 0; i != nodes.size(); ++i) at = next(at);
    schema_place first = at;
    for (auto i = next(at); i != at; i = next(i)) first = std::min(first, i);
    errors_.add(json_schema_errc::endless, index_.location(*schemas_[first]).pointer,
                "leads back to itself for the same value, so checking it would never end");
  }

  schema_errors errors_;
  schema_index index_;
  schema_program program_;
  std::vector<boost::json::value const*> schemas_;
  std::unordered_map<boost::json::value const*, schema_place> places_;
  std::vector<std::string> wanted_;
  std::vector<bool> entered_;
};

}  // namespace mcpawl::detail
