// examples/7_inventory/tools.hpp - what clients may do with the inventory, and who may
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "database.hpp"

#include <ctime>
#include <memory>
#include <string>
#include <vector>

using shared_database = std::shared_ptr<database>;

struct find_args {
  std::string text;
  int most = 50;
};
struct number_args {
  part_number number;
};
struct change_args {
  part_number number;
  std::int64_t by = 0;
};
struct import_args {
  std::vector<part> parts;
};
struct confirmation {
  bool sure = false;
};

template <>
inline constexpr auto mcpawl::docs<find_args> =
    mcpawl::fields(mcpawl::field<&find_args::text>("In the number of the part; empty finds all."),
                   mcpawl::field<&find_args::most>("How many parts at most.").minimum(1).maximum(1000));

inline std::vector<part> find_parts(shared_database const& db, find_args const& in) {
  return db->run("SELECT * FROM parts WHERE instr(number, ?) ORDER BY number LIMIT ?", {in.text, in.most});
}

inline bool remove_part(shared_database const& db, number_args const& in) {
  return !db->run("DELETE FROM parts WHERE number = ? RETURNING *", {in.number.text()}).empty();
}

/** Asks first. The database may block, so it is asked on another thread. */
inline mcpawl::task<std::string> remove_confirmed(shared_database db, number_args in, mcpawl::context& ctx) {
  std::string const question = "Remove " + in.number.text() + " for good?";
  auto answer = co_await ctx.elicit<confirmation>("remove", question);
  if (!answer || !answer->sure) throw mcpawl::tool_error("the user did not confirm");
  bool const removed = co_await ctx.offload(remove_part, db, in);
  if (!removed) throw mcpawl::tool_error("there is no part " + in.number.text());
  co_return "removed " + in.number.text();
}

/** Plain functions that block: they run on threads of their own, and look up now and then whether somebody still waits. */
inline std::string import_parts(shared_database const& db, import_args const& in, mcpawl::context& ctx) {
  std::size_t done = 0;
  for (auto const& one : in.parts) {
    if (ctx.cancelled()) break;
    db->run("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)",
            {one.number.text(), one.pieces, std::time(nullptr)});
    ctx.report_progress(static_cast<double>(++done), static_cast<double>(in.parts.size()), one.number.text());
  }
  return std::to_string(done) + " parts are imported";
}

inline part change_part(shared_database const& db, change_args const& in) {
  auto found = db->run(
      "UPDATE parts SET pieces = pieces + ?2, changed = ?3 WHERE number = ?1 AND pieces + ?2 >= 0 RETURNING *",
      {in.number.text(), in.by, std::time(nullptr)});
  if (found.empty()) throw mcpawl::tool_error("there is no such part, or there are not as many pieces");
  return found.front();
}

/** Whoever is let in may look; those of the company may change, and operators remove. */
template <class Server>
void add_tools(Server& srv, shared_database db) {
  auto const staff = [](mcpawl::access_identity const& who) { return who->email.ends_with("@example.com"); };
  auto const operators = [](mcpawl::access_identity const& who) { return who->in_group("ops"); };

  srv.tool("find_parts", "Find parts by a piece of their number.",
           [db](find_args in) { return find_parts(db, in); })
      .blocking()
      .read_only();
  srv.tool("change_part", "Take pieces of a part out, or put some in.",
           [db](change_args in) { return change_part(db, in); })
      .blocking()
      .allow(staff);
  srv.tool("import_parts", "Write many parts; those that are there are replaced.",
           [db](import_args in, mcpawl::context& ctx) { return import_parts(db, in, ctx); })
      .blocking()
      .allow(staff);
  srv.tool("remove_part", "Remove a part for good, once the user has agreed.",
           [db](number_args in, mcpawl::context& ctx) { return remove_confirmed(db, in, ctx); })
      .destructive()
      .allow(operators);
  srv.resource("inventory://report", "report",
               [db] { return std::to_string(find_parts(db, {"", 1000}).size()) + " parts\n"; })
      .blocking();
}
