// mcpawl/json_schema/json_schema_index.hpp - the documents, identifiers and anchors that references lead to
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_schema_dialect.hpp>
#include <mcpawl/json_schema/json_schema_errc.hpp>
#include <mcpawl/json_schema/json_schema_error.hpp>
#include <mcpawl/json_schema/json_schema_library.hpp>
#include <mcpawl/json_schema/json_schema_metaschema.hpp>
#include <mcpawl/json_schema/uri_reference.hpp>
#include <mcpawl/reflect/decode_problem.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Where a schema is. */
struct schema_location {
  std::uint32_t resource = 0;
  std::string pointer;  ///< As `json_schema_error` has it.
};

/** A document or an embedded one: what one `$id` names. */
struct schema_resource {
  std::string uri;  ///< Without a fragment; empty for a document without an identity.
  boost::json::value const* root = nullptr;
  std::uint8_t vocabularies = all_vocabularies;
  std::map<std::string, boost::json::value const*, std::less<>> anchors;
  std::map<std::string, boost::json::value const*, std::less<>> dynamic_anchors;  ///< Also among `anchors`.
};

/** Knows every schema of the documents it was shown, and takes further ones from the library when a reference
    leads there. Refers to the documents; they must stay where they are. */
class schema_index {
public:
  static constexpr std::size_t max_depth = 100;
  static constexpr std::size_t max_schemas = 10'000;

  schema_index(json_schema_library const& library, schema_errors& errors)
      : library_(library), errors_(errors) {}

  /** Take in a document that was found at `uri`. */
  void add_document(boost::json::value const& document, std::string uri, std::string pointer) {
    auto const resource = add_resource(uri, document, all_vocabularies);
    if (!uri.empty()) by_uri_.emplace(std::move(uri), resource);
    walk(document, resource, std::move(pointer), 0, true);
  }

  schema_resource const& resource(std::uint32_t at) const noexcept { return resources_[at]; }
  std::size_t resources() const noexcept { return resources_.size(); }
  schema_location const& location(boost::json::value const& schema) const { return locations_.at(&schema); }
  bool knows(boost::json::value const& schema) const { return locations_.contains(&schema); }

  /** A schema and, where it was found by its `$dynamicAnchor`, that name. */
  struct target {
    boost::json::value const* schema = nullptr;
    std::string_view dynamic_anchor;
  };

  /** Find what a reference in a resource leads to; null if it is not at hand. */
  target resolve(std::string_view reference, std::uint32_t from) {
    auto const hash = std::min(reference.find('#'), reference.size());
    auto const uri = resolve_uri(resources_[from].uri, reference.substr(0, hash));
    auto const at = hash == 0 ? from : find_resource(uri);
    if (at == none) return {};
    std::string fragment;
    if (hash != reference.size() && !decode(reference.substr(hash + 1), fragment)) return {};
    auto const& found = resources_[at];
    if (fragment.empty()) return {found.root, {}};
    if (fragment.front() == '/') return {follow(fragment, at), {}};
    auto const anchor = found.anchors.find(fragment);
    if (anchor == found.anchors.end()) return {};
    auto const dynamic = found.dynamic_anchors.find(fragment);
    return {anchor->second, dynamic == found.dynamic_anchors.end() ? std::string_view() : dynamic->first};
  }

private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  std::uint32_t add_resource(std::string uri, boost::json::value const& root, std::uint8_t vocabularies) {
    resources_.push_back({std::move(uri), &root, vocabularies, {}, {}});
    return static_cast<std::uint32_t>(resources_.size() - 1);
  }

  std::uint32_t find_resource(std::string const& uri) {
    if (auto const found = by_uri_.find(uri); found != by_uri_.end()) return found->second;
    auto const* document = library_.find(uri);
    if (document == nullptr) document = metaschema_library().find(uri);
    if (document == nullptr || uri.empty()) return none;
    add_document(*document, uri, uri + '#');
    return by_uri_.at(uri);
  }

  /** Walk over a schema and those inside, noting what can be referred to. */
  void walk(boost::json::value const& schema, std::uint32_t resource, std::string pointer, std::size_t depth,
            bool is_document) {
    if (depth > max_depth || locations_.size() >= max_schemas) {
      if (!too_large_)
        errors_.add(json_schema_errc::too_large, std::move(pointer), "is too deep or one too many");
      too_large_ = true;
      return;
    }
    if (locations_.contains(&schema)) return;
    auto const* const object = schema.if_object();
    if (object != nullptr) identify(schema, *object, resource, pointer, is_document);
    locations_.emplace(&schema, schema_location{resource, pointer});
    if (object == nullptr) return;
    for (auto const& member : *object) {
      auto const key = key_of(member);
      auto const* const keyword = std::find_if(std::begin(subschema_keywords), std::end(subschema_keywords),
                                               [key](auto const& k) { return k.name == key; });
      if (keyword == std::end(subschema_keywords)) continue;
      if ((resources_[resource].vocabularies & keyword->vocabulary) == 0) continue;
      auto here = pointer;
      append_pointer_name(here, key);
      walk_inside(member.value(), keyword->shape, resource, here, depth + 1);
    }
  }

  void walk_inside(boost::json::value const& value, subschemas shape, std::uint32_t resource,
                   std::string const& pointer, std::size_t depth) {
    if (shape == subschemas::one) {
      walk(value, resource, pointer, depth, false);
    } else if (auto const* const list = value.if_array(); list != nullptr && shape == subschemas::list) {
      for (std::size_t i = 0; i != list->size(); ++i)
        walk((*list)[i], resource, pointer + '/' + std::to_string(i), depth, false);
    } else if (auto const* const map = value.if_object(); map != nullptr && shape == subschemas::map) {
      for (auto const& member : *map) {
        auto here = pointer;
        append_pointer_name(here, key_of(member));
        walk(member.value(), resource, std::move(here), depth, false);
      }
    }
  }

  /** Read `$id`, `$schema` and the anchors; `resource` becomes that of the schema itself. */
  void identify(boost::json::value const& schema, boost::json::object const& object, std::uint32_t& resource,
                std::string const& pointer, bool is_document) {
    bool is_root = is_document;
    if (auto const* const id = object.if_contains("$id")) {
      std::string_view text = id->is_string() ? std::string_view(id->get_string()) : "#";
      if (text.ends_with('#')) text.remove_suffix(1);
      if (!id->is_string() || text.find('#') != std::string_view::npos) {
        errors_.add(json_schema_errc::bad_identifier, pointer + "/$id",
                    "must be a URI reference without a fragment");
      } else {
        auto uri = resolve_uri(resources_[resource].uri, text);
        if (is_root)
          resources_[resource].uri = uri;
        else
          resource = add_resource(uri, schema, resources_[resource].vocabularies);
        auto const [at, added] = by_uri_.emplace(std::move(uri), resource);
        if (!added && at->second != resource)
          errors_.add(json_schema_errc::duplicate, pointer + "/$id", "is the $id of another schema, too");
        is_root = true;
      }
    }
    if (auto const* const dialect = object.if_contains("$schema"))
      read_dialect(*dialect, resource, pointer, is_root);
    for (auto const key : {"$anchor", "$dynamicAnchor"}) {
      auto const* const anchor = object.if_contains(key);
      if (anchor != nullptr) add_anchor(*anchor, schema, resource, pointer + '/' + key, key[1] == 'd');
    }
  }

  void read_dialect(boost::json::value const& value, std::uint32_t resource, std::string const& pointer,
                    bool is_root) {
    auto const at = pointer + "/$schema";
    if (!value.is_string()) return errors_.add(json_schema_errc::unknown_dialect, at, "must be a URI");
    auto dialect = find_dialect(value.get_string(), library_);
    if (!dialect.refusal.empty())
      errors_.add(json_schema_errc::unknown_dialect, at, std::move(dialect.refusal));
    else if (is_root)
      resources_[resource].vocabularies = dialect.vocabularies;
    else if (dialect.vocabularies != resources_[resource].vocabularies)
      errors_.add(json_schema_errc::unknown_dialect, at, "can differ only in a schema with an $id");
  }

  void add_anchor(boost::json::value const& value, boost::json::value const& schema, std::uint32_t resource,
                  std::string at, bool dynamic) {
    if (!value.is_string() || !is_anchor(value.get_string())) {
      return errors_.add(json_schema_errc::bad_identifier, std::move(at),
                         "must begin with a letter or _, and hold only letters, digits, and - . _");
    }
    std::string name(value.get_string());
    auto& into = resources_[resource];
    auto const [old, added] = into.anchors.emplace(name, &schema);
    if (!added && old->second != &schema)
      return errors_.add(json_schema_errc::duplicate, std::move(at), "is an anchor of another schema, too");
    if (dynamic) into.dynamic_anchors.emplace(std::move(name), &schema);
  }

  static bool is_anchor(std::string_view name) noexcept {
    constexpr std::string_view first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    return !name.empty() && first.find(name.front()) != std::string_view::npos &&
           std::all_of(name.begin(), name.end(), [first](char c) {
             return first.find(c) != std::string_view::npos ||
                    std::string_view("0123456789-.").find(c) != std::string_view::npos;
           });
  }

  static bool decode(std::string_view text, std::string& out) {
    while (!text.empty()) {
      if (text.front() != '%') {
        out += text.front();
        text.remove_prefix(1);
        continue;
      }
      unsigned byte = 0;
      if (text.size() < 3 ||
          std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr != text.data() + 3)
        return false;
      out += static_cast<char>(byte);
      text.remove_prefix(3);
    }
    return true;
  }

  /** Follow a JSON Pointer (RFC 6901) from the root of a resource. */
  boost::json::value const* follow(std::string_view pointer, std::uint32_t resource) {
    auto const* value = resources_[resource].root;
    auto const root = locations_.find(value);
    if (root == locations_.end()) return nullptr;
    std::string path = root->second.pointer;
    while (!pointer.empty()) {
      pointer.remove_prefix(1);
      auto const end = std::min(pointer.find('/'), pointer.size());
      std::string name;
      for (std::size_t i = 0; i != end; ++i) {
        bool const escaped = pointer[i] == '~' && i + 1 != end;
        name += !escaped ? pointer[i] : pointer[++i] == '0' ? '~' : '/';
      }
      pointer.remove_prefix(end);
      if (auto const* const object = value->if_object()) {
        value = object->if_contains(name);
      } else if (auto const* const array = value->if_array()) {
        std::size_t index = 0;
        auto const [stop, error] = std::from_chars(name.data(), name.data() + name.size(), index);
        if (error != std::errc{} || stop != name.data() + name.size()) return nullptr;
        value = array->if_contains(index);
      } else {
        return nullptr;
      }
      if (value == nullptr) return nullptr;
      append_pointer_name(path, name);
      // an embedded resource on the way has identifiers and a base of its own
      if (auto const known = locations_.find(value); known != locations_.end())
        resource = known->second.resource;
    }
    // a place that no keyword calls a schema is one because it is referred to
    if (!locations_.contains(value)) walk(*value, resource, std::move(path), 0, false);
    return value;
  }

  json_schema_library const& library_;
  schema_errors& errors_;
  std::vector<schema_resource> resources_;
  std::map<std::string, std::uint32_t, std::less<>> by_uri_;
  std::unordered_map<boost::json::value const*, schema_location> locations_;
  bool too_large_ = false;
};

}  // namespace mcpawl::detail
