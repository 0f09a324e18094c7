#include "cmd/keytide/state_commands.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/keytide/state_records.h"
#include "cmd/keytide/views/status.h"
#include "cmd/keytide/views/status_json.h"
#include "cmd/keytide/views/status_text.h"
#include "core/manifest/text_rules.h"
#include "state/backup.h"
#include "state/lock.h"

namespace keytide {
namespace {

std::vector<StatusRow> rows_of(const std::vector<AccountRecord>& records, const StateView& view) {
  std::vector<StatusRow> rows = status_rows(records, view.now);
  if (!view.renew_at) return rows;
  for (StatusRow& row : rows) {
    const auto record = std::find_if(records.begin(), records.end(),
                                     [&](const AccountRecord& one) { return one.key == row.key; });
    if (record != records.end()) row.renew_at = view.renew_at(*record);
  }
  return rows;
}

Result<std::vector<AccountRecord>> load_records(StateStore& store,
                                                const std::vector<std::string>& names) {
  auto all = store.load();
  if (!all) return all;
  return find_records(*all, names);
}

Event event_of(const Writer& writer, const AccountRecord& record, std::string kind,
               std::string why) {
  return {writer.now,           writer.actor,    record.address,
          describe(record.key), std::move(kind), std::move(why)};
}

// What rm leaves behind, one line each.
std::string what_stays(const AccountRecord& record) {
  std::string text = fmt::format("Removed {} ({}).\n", printable(record.address.str()),
                                 printable(describe(record.key)));
  for (const OwnedSecret& secret : record.secrets) {
    text += fmt::format("  stays in Atlas: secret {} ({}, {}), expires {}\n",
                        printable(secret.id.str()), name_of(secret.role), printable(secret.masked),
                        format_instant(secret.expires_at));
  }
  for (const Delivery& delivery : record.deliveries) {
    text += fmt::format("  keeps its copy: {}\n", printable(delivery.sink.str()));
  }
  if (record.attempt) {
    text += fmt::format(
        "  warning: create number {} was not finished ({}): Atlas may hold a secret of it that "
        "nobody will delete now\n",
        record.attempt->number, name_of(record.attempt->phase));
  }
  return text;
}

Result<void> check_free(const std::vector<AccountRecord>& all, const std::string& to) {
  const auto taken = std::find_if(all.begin(), all.end(), [&](const AccountRecord& record) {
    return record.address.str() == to;
  });
  if (taken == all.end()) return {};
  return fail(ErrorKind::refused,
              fmt::format("{} is the address of {} already: name another, or take that record "
                          "away first with `keytide state mv` or `keytide state rm`",
                          to, describe(taken->key)));
}

}  // namespace

Result<void> state_list(StateStore& store, const StateView& view, const Output& out) {
  const auto all = store.load();
  if (!all) return fail(all.error());
  const auto rows = rows_of(*all, view);
  if (view.json) {
    out(json_status(rows));
  } else if (rows.empty()) {
    out("The state is empty: `keytide apply` records what it makes.\n");
  } else {
    out(render_status(rows, view.now, view.style));
  }
  return {};
}

Result<void> state_show(StateStore& store, const std::string& name, const StateView& view,
                        const Output& out) {
  const auto found = load_records(store, {name});
  if (!found) return fail(found.error());
  const auto rows = rows_of(*found, view);
  out(view.json ? json_show(rows.front()) : render_show(rows.front(), view.now, view.style));
  return {};
}

Result<void> state_mv(StateStore& store, const std::string& from, const std::string& to,
                      const Writer& writer, const Output& out) {
  if (!is_name(to)) {
    return fail(ErrorKind::invalid,
                fmt::format("{} is no address: write letters, digits, \"_\", \".\" and \"-\", at "
                            "most 128, not beginning with \".\" or \"-\"",
                            printable(to)));
  }
  const auto all = store.load();
  if (!all) return fail(all.error());
  auto found = find_records(*all, {from});
  if (!found) return fail(std::move(found.error()));
  if (auto free = check_free(*all, to); !free) return free;
  AccountRecord record = std::move(found->front());
  const std::string old = record.address.str();
  record.address = Address(to);
  const auto event = event_of(writer, record, "state_moved", fmt::format("from {}", old));
  if (const auto saved = store.save(record, event); !saved) return fail(saved.error());
  out(
      fmt::format("Moved {} to {} ({}).\nWrite {} in the manifest too: else the next apply moves "
                  "it back.\n",
                  printable(old), to, printable(describe(record.key)), to));
  return {};
}

Result<void> state_rm(StateStore& store, const std::vector<std::string>& names,
                      const Writer& writer, const Output& out) {
  const auto found = load_records(store, names);
  if (!found) return fail(found.error());
  for (const AccountRecord& record : *found) {
    const auto event = event_of(
        writer, record, "state_removed",
        fmt::format("forgotten by hand; {} stay in Atlas",
                    count_of(static_cast<int>(record.secrets.size()), "secret", "secrets")));
    if (auto erased = store.erase(record.key, record.version, event); !erased) return erased;
    out(what_stays(record));
  }
  out("The secrets stay in Atlas until they expire or somebody deletes them there; keytide will "
      "take them for foreign ones.\n");
  return {};
}

Result<void> state_backup(const std::string& store_path, const std::string& target,
                          const Output& out) {
  if (auto copied = backup_store(store_path, target); !copied) return copied;
  out(fmt::format("Copied {} to {}.\n", store_path, target));
  return {};
}

Result<void> force_unlock(const std::string& store_path, const Output& out) {
  const auto cleared = clear_dead_lock(store_path);
  if (!cleared) return fail(cleared.error());
  out(*cleared ? fmt::format("Cleared what {} left when it died.\n", printable(describe(**cleared)))
               : fmt::format("Nothing to clear: {} is not locked.\n", store_path));
  return {};
}

}  // namespace keytide
