#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "state/sqlite_codec.h"

namespace keytide {
namespace {

// A row, read from left to right.
class Row {
 public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}

  std::int64_t number() { return statement_.getColumn(next_++).getInt64(); }
  int small() { return statement_.getColumn(next_++).getInt(); }
  bool flag() { return number() != 0; }
  std::string text() { return statement_.getColumn(next_++).getString(); }
  Instant instant() { return Instant(Seconds(number())); }
  std::optional<Instant> maybe_instant() {
    const SQLite::Column column = statement_.getColumn(next_++);
    if (column.isNull()) return std::nullopt;
    return Instant(Seconds(column.getInt64()));
  }
  bool next_is_null() const { return statement_.isColumnNull(next_); }

 private:
  SQLite::Statement& statement_;
  int next_ = 0;
};

tl::unexpected<Error> unknown_word(const char* what, const std::string& word) {
  return fail(ErrorKind::corrupt,
              fmt::format("the state store has the {} \"{}\", which this keytide does not know: "
                          "nothing was changed; run the keytide that wrote it, or restore a copy "
                          "made by `keytide state backup`",
                          what, word));
}

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(between, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

template <class Number>
bool read_number(const std::string& text, Number& out) {
  const char* last = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), last, out);
  return problem == std::errc() && stop == last;
}

// "3:aborted:1764000000 4:switched:1764100000"
Result<std::vector<AttemptEnd>> decode_ended(const std::string& text) {
  std::vector<AttemptEnd> out;
  if (text.empty()) return out;
  for (const std::string& one : split(text, ' ')) {
    const auto parts = split(one, ':');
    AttemptEnd ended;
    std::int64_t seconds = 0;
    const auto outcome = parts.size() == 3 ? attempt_outcome_from(parts[1]) : std::nullopt;
    if (!outcome || !read_number(parts[0], ended.number) || !read_number(parts[2], seconds)) {
      return unknown_word("ended attempt", one);
    }
    ended.outcome = *outcome;
    ended.at = Instant(Seconds(seconds));
    out.push_back(ended);
  }
  return out;
}

// "3:1764000000:2140:1 4:1764100000:8:0"
Result<std::vector<Attempt>> decode_tags(const std::string& text) {
  std::vector<Attempt> out;
  if (text.empty()) return out;
  for (const std::string& one : split(text, ' ')) {
    const auto parts = split(one, ':');
    Attempt tag;
    tag.phase = AttemptPhase::unknown;
    std::int64_t seconds = 0;
    int tagged = 0;
    const bool whole = parts.size() == 4 && read_number(parts[0], tag.number) &&
                       read_number(parts[1], seconds) && read_number(parts[2], tag.asked_hours) &&
                       read_number(parts[3], tagged);
    if (!whole) return unknown_word("open tag", one);
    tag.atlas_time = Instant(Seconds(seconds));
    tag.is_tagged = tagged != 0;
    out.push_back(std::move(tag));
  }
  return out;
}

void read_escrow(Row& row, AccountRecord& record) {
  std::string id = row.text();
  std::string sealed = row.text();
  if (!id.empty()) record.escrow = Escrowed{SecretId(std::move(id)), std::move(sealed)};
}

void read_failures(Row& row, AccountRecord& record) {
  const bool is_null = row.next_is_null();
  Failures failures;
  failures.count = row.small();
  failures.last_at = row.instant();
  failures.why = row.text();
  failures.spec = row.text();
  if (!is_null) record.failures = std::move(failures);
}

// "12 130"
Result<std::vector<Seconds>> decode_times(const std::string& text) {
  std::vector<Seconds> out;
  if (text.empty()) return out;
  for (const std::string& one : split(text, ' ')) {
    std::int64_t seconds = 0;
    if (!read_number(one, seconds)) return unknown_word("chain time", one);
    out.emplace_back(seconds);
  }
  return out;
}

Result<void> read_attempt(Row& row, AccountRecord& record) {
  if (row.next_is_null()) return {};
  Attempt attempt;
  attempt.number = row.number();
  const std::string word = row.text();
  const auto phase = attempt_phase_from(word);
  if (!phase) return unknown_word("phase", word);
  attempt.phase = *phase;
  attempt.atlas_time = row.instant();
  attempt.asked_hours = row.small();
  attempt.reason = row.text();
  attempt.is_tagged = row.flag();
  attempt.rotation_id = row.text();
  attempt.lifetime = Seconds(row.number());
  record.attempt = std::move(attempt);
  return {};
}

Result<AccountRecord> read_account(Row& row) {
  AccountRecord record;
  record.key.scope.kind = row.text() == "org" ? Scope::Kind::org : Scope::Kind::project;
  record.key.scope.id = row.text();
  record.key.client_id = ClientId(row.text());
  record.address = Address(row.text());
  record.version = row.number();
  record.managed = row.flag();
  record.generation = row.number();
  record.last_attempt = row.number();
  record.rotation_id = row.text();
  record.lifetime = Seconds(row.number());
  record.overlap = Seconds(row.number());
  record.on_remove = row.text() == "retire" ? OnRemove::retire : OnRemove::forget;
  record.owner = row.text();
  record.switched_at = row.maybe_instant();
  record.removed_at = row.maybe_instant();
  auto ended = decode_ended(row.text());
  if (!ended) return fail(std::move(ended.error()));
  record.ended = std::move(*ended);
  auto tags = decode_tags(row.text());
  if (!tags) return fail(std::move(tags.error()));
  record.open_tags = std::move(*tags);
  read_escrow(row, record);
  read_failures(row, record);
  auto times = decode_times(row.text());
  if (!times) return fail(std::move(times.error()));
  record.chain_times = std::move(*times);
  if (auto read = read_attempt(row, record); !read) return fail(std::move(read.error()));
  return record;
}

Result<void> read_secret(Row& row, AccountRecord& record) {
  OwnedSecret secret;
  secret.id = SecretId(row.text());
  const std::string word = row.text();
  const auto role = role_from(word);
  if (!role) return unknown_word("role", word);
  secret.role = *role;
  secret.masked = row.text();
  secret.created_at = row.instant();
  secret.expires_at = row.instant();
  secret.last_used_at = row.maybe_instant();
  secret.generation = row.number();
  secret.asked_hours = row.small();
  secret.fingerprint = Fingerprint(row.text());
  secret.delete_intended = row.flag();
  secret.is_adopted = row.flag();
  record.secrets.push_back(std::move(secret));
  return {};
}

Result<void> read_delivery(Row& row, AccountRecord& record) {
  Delivery delivery;
  delivery.sink = SinkName(row.text());
  const std::string word = row.text();
  const auto status = delivery_status_from(word);
  if (!status) return unknown_word("delivery status", word);
  delivery.status = *status;
  delivery.secret_id = SecretId(row.text());
  delivery.generation = row.number();
  delivery.target_digest = row.text();
  delivery.attributes_digest = row.text();
  delivery.label = row.text();
  delivery.at = row.instant();
  record.deliveries.push_back(std::move(delivery));
  return {};
}

Result<void> read_id_before(Row& row, AccountRecord& record) {
  const std::int64_t number = row.number();
  SecretId id(row.text());
  if (record.attempt && record.attempt->number == number) {
    record.attempt->ids_before.push_back(std::move(id));
    return {};
  }
  for (Attempt& tag : record.open_tags) {
    if (tag.number == number) tag.ids_before.push_back(id);
  }
  return {};
}

// The rows that were chosen; where the id of their account is, the query's first column says.
struct Chosen {
  const RecordChoice& choice;
  std::vector<AccountRecord> records{};
  std::unordered_map<std::int64_t, std::size_t> by_id{};
};

// "", or a condition on the columns of `account`.
std::string condition_of(const RecordChoice& choice) {
  std::string text;
  if (choice.scope) text += " WHERE scope_kind = ?1 AND scope_id = ?2";
  if (choice.client_id) text += " AND client_id = ?3";
  return text;
}

void bind_choice(SQLite::Statement& query, const RecordChoice& choice) {
  if (!choice.scope) return;
  query.bind(1, choice.scope->kind == Scope::Kind::org ? "org" : "project");
  query.bind(2, choice.scope->id);
  if (choice.client_id) query.bind(3, choice.client_id->str());
}

Result<void> read_children(SQLite::Database& database, Chosen& chosen, const char* columns,
                           const char* table, Result<void> (*read)(Row&, AccountRecord&)) {
  const std::string condition = condition_of(chosen.choice);
  const std::string among =
      condition.empty() ? ""
                        : fmt::format(" WHERE account IN (SELECT id FROM account{})", condition);
  SQLite::Statement query(
      database, fmt::format("SELECT account, {} FROM {}{} ORDER BY account, position", columns,
                            table, among));
  bind_choice(query, chosen.choice);
  while (query.executeStep()) {
    Row row(query);
    const auto parent = chosen.by_id.find(row.number());
    if (parent == chosen.by_id.end()) continue;
    if (auto done = read(row, chosen.records[parent->second]); !done) return done;
  }
  return {};
}

constexpr const char* kAccounts =
    "SELECT id, scope_kind, scope_id, client_id, address, version, managed, generation, "
    "last_attempt, rotation_id, lifetime_s, overlap_s, on_remove, owner, switched_at, removed_at, "
    "ended, open_tags, escrow_id, escrow_sealed, failures, failed_at, failed_why, failed_spec, "
    "chain_times, attempt_number, attempt_phase, attempt_atlas_time, attempt_asked_hours, "
    "attempt_reason, attempt_tagged, attempt_rotation_id, attempt_lifetime_s FROM account ";

Result<Chosen> read_accounts(SQLite::Database& database, const RecordChoice& choice) {
  Chosen chosen{choice};
  SQLite::Statement query(
      database, kAccounts + condition_of(choice) + " ORDER BY scope_kind, scope_id, client_id");
  bind_choice(query, choice);
  while (query.executeStep()) {
    Row row(query);
    const std::int64_t id = row.number();
    auto record = read_account(row);
    if (!record) return fail(std::move(record.error()));
    chosen.by_id.emplace(id, chosen.records.size());
    chosen.records.push_back(std::move(*record));
  }
  return chosen;
}

}  // namespace

Result<std::vector<AccountRecord>> read_records(SQLite::Database& database,
                                                const RecordChoice& choice) {
  auto chosen = read_accounts(database, choice);
  if (!chosen) return fail(std::move(chosen.error()));
  if (chosen->records.empty()) return std::vector<AccountRecord>();
  auto done = read_children(database, *chosen,
                            "secret_id, role, masked, created_at, expires_at, last_used_at, "
                            "generation, asked_hours, fingerprint, delete_intended, adopted",
                            "secret", read_secret);
  if (done) {
    done = read_children(database, *chosen,
                         "sink, status, secret_id, generation, target_digest, attributes_digest, "
                         "label, at",
                         "delivery", read_delivery);
  }
  if (done) {
    done =
        read_children(database, *chosen, "attempt, secret_id", "attempt_id_before", read_id_before);
  }
  if (!done) return fail(std::move(done.error()));
  return std::move(chosen->records);
}

std::vector<Event> read_events(SQLite::Database& database, const EventQuery& query) {
  std::string text = "SELECT at, actor, address, account, kind, why, atlas_at FROM event";
  if (query.address) text += " WHERE address = ?1";
  text += " ORDER BY id DESC LIMIT ?2";
  SQLite::Statement statement(database, text);
  if (query.address) statement.bind(1, query.address->str());
  statement.bind(2, query.limit == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(query.limit));
  std::vector<Event> out;
  while (statement.executeStep()) {
    Row row(statement);
    Event event;
    event.at = row.instant();
    event.actor = row.text();
    event.address = Address(row.text());
    event.account = row.text();
    event.kind = row.text();
    event.why = row.text();
    event.atlas_at = row.maybe_instant();
    out.push_back(std::move(event));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace keytide
