#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <string_view>

#include "state/sqlite_codec.h"
#include "state/version_conflict.h"

namespace keytide {
namespace {

// Binds from left to right, runs, and leaves the statement ready for the next.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {
    // Not reset(): that would report once more how the statement failed the last time.
    statement_.tryReset();
    statement_.clearBindings();
  }

  Binder& number(std::int64_t value) {
    statement_.bind(next_++, value);
    return *this;
  }
  // Borrowed until run().
  Binder& text(const std::string& value) {
    statement_.bindNoCopy(next_++, value);
    return *this;
  }
  Binder& word(std::string_view value) {
    statement_.bind(next_++, std::string(value));
    return *this;
  }
  Binder& instant(Instant at) { return number(at.time_since_epoch().count()); }
  Binder& maybe_instant(const std::optional<Instant>& at) {
    if (at) return instant(*at);
    return null();
  }
  Binder& null() {
    statement_.bind(next_++);
    return *this;
  }
  Binder& key(const AccountKey& key) {
    word(key.scope.kind == Scope::Kind::org ? "org" : "project");
    return text(key.scope.id).text(key.client_id.str());
  }
  int run() { return statement_.exec(); }

 private:
  SQLite::Statement& statement_;
  int next_ = 1;
};

std::string encode_ended(const std::vector<AttemptEnd>& ended) {
  std::string out;
  for (const AttemptEnd& one : ended) {
    fmt::format_to(std::back_inserter(out), "{}{}:{}:{}", out.empty() ? "" : " ", one.number,
                   name_of(one.outcome), one.at.time_since_epoch().count());
  }
  return out;
}

std::string encode_tags(const std::vector<Attempt>& tags) {
  std::string out;
  for (const Attempt& tag : tags) {
    fmt::format_to(std::back_inserter(out), "{}{}:{}:{}:{}", out.empty() ? "" : " ", tag.number,
                   tag.atlas_time.time_since_epoch().count(), tag.asked_hours,
                   tag.is_tagged ? 1 : 0);
  }
  return out;
}

void bind_attempt(Binder& row, const std::optional<Attempt>& attempt) {
  if (!attempt) {
    row.null().null().null().null().null().null().null().null();
    return;
  }
  row.number(attempt->number).word(name_of(attempt->phase)).instant(attempt->atlas_time);
  row.number(attempt->asked_hours).text(attempt->reason).number(attempt->is_tagged ? 1 : 0);
  row.text(attempt->rotation_id).number(attempt->lifetime.count());
}

void bind_escrow(Binder& row, const std::optional<Escrowed>& escrow) {
  if (!escrow) {
    row.null().null();
    return;
  }
  row.text(escrow->id.str()).text(escrow->sealed);
}

void bind_failures(Binder& row, const std::optional<Failures>& failures) {
  if (!failures) {
    row.null().null().null().null();
    return;
  }
  row.number(failures->count).instant(failures->last_at).text(failures->why).text(failures->spec);
}

std::string encode_times(const std::vector<Seconds>& times) {
  std::string out;
  for (const Seconds one : times) {
    fmt::format_to(std::back_inserter(out), "{}{}", out.empty() ? "" : " ", one.count());
  }
  return out;
}

constexpr const char* kInsertAccount =
    "INSERT INTO account (scope_kind, scope_id, client_id, address, version, managed, generation, "
    "last_attempt, rotation_id, lifetime_s, overlap_s, on_remove, owner, switched_at, removed_at, "
    "ended, open_tags, escrow_id, escrow_sealed, failures, failed_at, failed_why, failed_spec, "
    "chain_times, attempt_number, attempt_phase, attempt_atlas_time, attempt_asked_hours, "
    "attempt_reason, attempt_tagged, attempt_rotation_id, attempt_lifetime_s) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kUpdateAccount =
    "UPDATE account SET scope_kind = ?, scope_id = ?, client_id = ?, address = ?, version = ?, "
    "managed = ?, generation = ?, last_attempt = ?, rotation_id = ?, lifetime_s = ?, "
    "overlap_s = ?, on_remove = ?, owner = ?, switched_at = ?, removed_at = ?, ended = ?, "
    "open_tags = ?, escrow_id = ?, escrow_sealed = ?, failures = ?, failed_at = ?, "
    "failed_why = ?, failed_spec = ?, chain_times = ?, attempt_number = ?, attempt_phase = ?, "
    "attempt_atlas_time = ?, attempt_asked_hours = ?, attempt_reason = ?, attempt_tagged = ?, "
    "attempt_rotation_id = ?, attempt_lifetime_s = ? "
    "WHERE id = ?";

}  // namespace

struct RowWriter::Statements {
  explicit Statements(SQLite::Database& handle) : database(handle) {}

  SQLite::Statement prepared(const char* text) { return {database, text}; }

  SQLite::Database& database;
  SQLite::Statement find = prepared(
      "SELECT id, version FROM account WHERE scope_kind = ? AND scope_id = ? AND client_id = ?");
  SQLite::Statement insert_account = prepared(kInsertAccount);
  SQLite::Statement update_account = prepared(kUpdateAccount);
  SQLite::Statement delete_account = prepared("DELETE FROM account WHERE id = ?");
  SQLite::Statement delete_secrets = prepared("DELETE FROM secret WHERE account = ?");
  SQLite::Statement delete_deliveries = prepared("DELETE FROM delivery WHERE account = ?");
  SQLite::Statement delete_ids = prepared("DELETE FROM attempt_id_before WHERE account = ?");
  SQLite::Statement insert_secret =
      prepared("INSERT INTO secret VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
  SQLite::Statement insert_delivery = prepared("INSERT INTO delivery VALUES (?,?,?,?,?,?,?,?,?,?)");
  SQLite::Statement insert_id = prepared("INSERT INTO attempt_id_before VALUES (?,?,?,?)");
  SQLite::Statement insert_event = prepared(
      "INSERT INTO event (at, actor, address, account, kind, why, atlas_at) "
      "VALUES (?,?,?,?,?,?,?)");

  struct Stored {
    std::int64_t id = 0;
    std::int64_t version = 0;  // 0: there is none
  };
  Stored stored(const AccountKey& key) {
    Binder(find).key(key);
    const Stored out = find.executeStep() ? Stored{find.getColumn(0), find.getColumn(1)} : Stored{};
    find.tryReset();
    return out;
  }

  std::int64_t write_account(const AccountRecord& record, const Stored& before) {
    Binder row(before.version == 0 ? insert_account : update_account);
    const std::string ended = encode_ended(record.ended);
    const std::string tags = encode_tags(record.open_tags);
    row.key(record.key).text(record.address.str()).number(before.version + 1);
    row.number(record.managed ? 1 : 0).number(record.generation).number(record.last_attempt);
    row.text(record.rotation_id).number(record.lifetime.count()).number(record.overlap.count());
    row.word(record.on_remove == OnRemove::retire ? "retire" : "forget").text(record.owner);
    row.maybe_instant(record.switched_at).maybe_instant(record.removed_at).text(ended).text(tags);
    bind_escrow(row, record.escrow);
    bind_failures(row, record.failures);
    const std::string times = encode_times(record.chain_times);
    row.text(times);
    bind_attempt(row, record.attempt);
    if (before.version != 0) row.number(before.id);
    row.run();
    return before.version != 0 ? before.id : database.getLastInsertRowid();
  }

  void write_secrets(std::int64_t account, const std::vector<OwnedSecret>& secrets) {
    std::int64_t position = 0;
    for (const OwnedSecret& secret : secrets) {
      Binder row(insert_secret);
      row.number(account).number(position++).text(secret.id.str()).word(name_of(secret.role));
      row.text(secret.masked).instant(secret.created_at).instant(secret.expires_at);
      row.maybe_instant(secret.last_used_at).number(secret.generation).number(secret.asked_hours);
      row.text(secret.fingerprint.str()).number(secret.delete_intended ? 1 : 0);
      row.number(secret.is_adopted ? 1 : 0);
      row.run();
    }
  }

  void write_deliveries(std::int64_t account, const std::vector<Delivery>& deliveries) {
    std::int64_t position = 0;
    for (const Delivery& one : deliveries) {
      Binder row(insert_delivery);
      row.number(account).number(position++).text(one.sink.str()).word(name_of(one.status));
      row.text(one.secret_id.str()).number(one.generation).text(one.target_digest);
      row.text(one.attributes_digest).text(one.label).instant(one.at);
      row.run();
    }
  }

  void write_ids_before(std::int64_t account, const AccountRecord& record) {
    std::int64_t position = 0;
    const auto write = [&](const Attempt& attempt) {
      for (const SecretId& id : attempt.ids_before) {
        Binder row(insert_id);
        row.number(account).number(position++).number(attempt.number).text(id.str()).run();
      }
    };
    if (record.attempt) write(*record.attempt);
    for (const Attempt& tag : record.open_tags) write(tag);
  }

  void delete_children(std::int64_t account) {
    Binder(delete_secrets).number(account).run();
    Binder(delete_deliveries).number(account).run();
    Binder(delete_ids).number(account).run();
  }
};

RowWriter::RowWriter(SQLite::Database& database)
    : statements_(std::make_unique<Statements>(database)) {}
RowWriter::~RowWriter() = default;

Result<std::int64_t> RowWriter::save(const AccountRecord& record) {
  Statements& rows = *statements_;
  const auto before = rows.stored(record.key);
  if (before.version != record.version) {
    return version_conflict(record.key, record.version, before.version);
  }
  if (before.version != 0) rows.delete_children(before.id);
  const std::int64_t account = rows.write_account(record, before);
  rows.write_secrets(account, record.secrets);
  rows.write_deliveries(account, record.deliveries);
  rows.write_ids_before(account, record);
  return before.version + 1;
}

Result<void> RowWriter::erase(const AccountKey& key, std::int64_t version) {
  const auto before = statements_->stored(key);
  if (before.version == 0 || before.version != version) {
    return version_conflict(key, version, before.version);
  }
  Binder(statements_->delete_account).number(before.id).run();
  return {};
}

void RowWriter::append(const Event& event) {
  Binder row(statements_->insert_event);
  row.instant(event.at).text(event.actor).text(event.address.str());
  row.text(event.account).text(event.kind).text(event.why);
  row.maybe_instant(event.atlas_at).run();
}

std::int64_t RowWriter::prune_events(Instant before) {
  const std::int64_t seconds = before.time_since_epoch().count();
  SQLite::Database& database = statements_->database;
  SQLite::Statement permit(database, "INSERT INTO meta VALUES ('prune_before', ?)");
  Binder(permit).word(std::to_string(seconds)).run();
  SQLite::Statement prune(database, "DELETE FROM event WHERE at < ?");
  const int pruned = Binder(prune).number(seconds).run();
  database.exec("DELETE FROM meta WHERE key = 'prune_before'");
  return pruned;
}

}  // namespace keytide
