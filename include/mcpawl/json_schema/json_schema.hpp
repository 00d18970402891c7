// mcpawl/json_schema/json_schema.hpp - a hand-written JSON Schema, compiled once to check many values
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/json_schema/json_schema_compiler.hpp>
#include <mcpawl/json_schema/json_schema_errc.hpp>
#include <mcpawl/json_schema/json_schema_error.hpp>
#include <mcpawl/json_schema/json_schema_index.hpp>
#include <mcpawl/json_schema/json_schema_library.hpp>
#include <mcpawl/json_schema/json_schema_node.hpp>
#include <mcpawl/json_schema/json_schema_validator.hpp>
#include <mcpawl/reflect/decode_problem.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A compiled JSON Schema of dialect 2020-12: core, applicator, unevaluated and validation vocabularies.

    `format` and the content keywords are annotations, as that dialect has it by default. `pattern` and
    `patternProperties` match in linear time; pattern_parser says which regular expressions that
    leaves. A reference leads into the schema itself, into the library it was compiled with, or to the schema
    of the dialect; nothing is ever fetched.

    @par Thread safety
    Immutable: any number of threads may validate at the same time. Copies share one program.

    @par Example
    @code
    std::vector<json_schema_error> errors;
    auto const schema = json_schema::parse(R"({"type":"object","required":["city"]})", errors);
    auto const problem = schema->validate(arguments);   // "/city", "is required"
    @endcode
*/
class json_schema {
public:
  /** The most schemas within schemas, and the most in all. */
  static constexpr std::size_t max_depth = schema_index::max_depth;
  static constexpr std::size_t max_schemas = schema_index::max_schemas;

  /** Compile a schema; what it and the library hold is copied as far as it is needed.

      @par Errors
      The `json_schema_errc` of the first error; `errors` holds all, of many the first 20.
  */
  static result<json_schema> compile(boost::json::value const& schema, std::vector<json_schema_error>& errors,
                                     json_schema_library const& library = {}) {
    schema_compiler compiler(library);
    auto program = std::make_shared<schema_program>(compiler.run(schema));
    errors = compiler.errors().all();
    if (!errors.empty()) return make_error_code(errors.front().code);
    return json_schema(std::move(program));
  }

  /** Parse and compile the text of a schema.

      @par Errors
      As `compile`, and `json_schema_errc::not_json`.
  */
  static result<json_schema> parse(std::string_view text, std::vector<json_schema_error>& errors,
                                   json_schema_library const& library = {}) {
    boost::json::parse_options options;
    // each schema is at most two levels inside of another
    options.max_depth = 2 * max_depth + 32;
    error_code error;
    auto const schema = boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (!error.failed()) return compile(schema, errors, library);
    errors = {{json_schema_errc::not_json, {}, "must be JSON: " + error.message()}};
    return make_error_code(json_schema_errc::not_json);
  }

  /** Check a value; nothing if the schema allows it, else the first problem.

      @par Errors
      None is thrown for any value; only `std::bad_alloc` can come out. A value whose check goes deeper than
      400 schemas or takes more than some million steps is refused with a problem that says so.
  */
  std::optional<decode_problem> validate(boost::json::value const& value) const {
    schema_validator validator(*program_);
    if (validator.run(value)) return {};
    return validator.take_problem();
  }
  /** The same, but tells everything that is wrong, of much the first problems. */
  decode_problems validate_all(boost::json::value const& value) const {
    schema_validator validator(*program_, problem_search::all);
    if (validator.run(value)) return {};
    return validator.take_problems();
  }

private:
  explicit json_schema(std::shared_ptr<schema_program const> program) : program_(std::move(program)) {}

  std::shared_ptr<schema_program const> program_;
};

}  // namespace mcpawl::detail
