// Codec: records and events as rows and back. All functions throw SQLite's exceptions; whoever
// calls them is in a transaction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/ports/state_store.h"
#include "state/sqlite_migrations.h"

namespace keytide {

// Which records: all, those of a scope, or one of that.
struct RecordChoice {
  std::optional<Scope> scope{};
  std::optional<ClientId> client_id{};
};
// Sorted by key. Errors: corrupt (a word that this keytide does not know).
Result<std::vector<AccountRecord>> read_records(SQLite::Database& database,
                                                const RecordChoice& choice);
// Oldest first.
std::vector<Event> read_events(SQLite::Database& database, const EventQuery& query);

// Writes with statements that are prepared once. Threads: the writing one.
class RowWriter {
 public:
  explicit RowWriter(SQLite::Database& database);
  ~RowWriter();

  // Returns the new version. Errors: conflict.
  Result<std::int64_t> save(const AccountRecord& record);
  Result<void> erase(const AccountKey& key, std::int64_t version);
  void append(const Event& event);
  std::int64_t prune_events(Instant before);

 private:
  struct Statements;
  std::unique_ptr<Statements> statements_;
};

}  // namespace keytide
