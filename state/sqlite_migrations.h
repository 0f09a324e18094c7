// Migrations: how the database came to its present shape, step by step. Each is one transaction
// that also counts `user_version` up, so that a crash leaves the old shape or the new one. What was
// released is never edited: a change of shape is one more migration at the end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace SQLite {
class Database;
}

namespace keytide {

// "ktid": the application_id in the header of a keytide database.
inline constexpr int kApplicationId = 0x6b746964;

// migrations[i] leads from version i to i + 1.
using Migrations = std::vector<std::string_view>;
const Migrations& migrations();

struct SchemaInfo {
  int application_id = 0;
  int version = 0;
  bool blank = false;  // nothing was ever created in it
};

// Throws SQLite's exceptions.
SchemaInfo read_schema_info(const SQLite::Database& database);

// Brings the database from `version` to the newest. `before_each(from)` runs before a migration
// that is not the first, outside of its transaction; its error stops everything. Throws SQLite's
// exceptions, with the failed migration rolled back.
Result<void> migrate(SQLite::Database& database, int version, const Migrations& steps,
                     const std::function<Result<void>(int from)>& before_each);

}  // namespace keytide
