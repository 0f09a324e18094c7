// `state list|show|mv|rm|backup` and `force-unlock`: looks at the store and mends it. Nothing here
// calls Atlas or touches a sink. list and show read; mv and rm write, and their caller holds the
// lock of the store.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/keytide/views/style.h"
#include "core/base/result.h"
#include "core/ports/state_store.h"

namespace keytide {

// Takes what a person or a pipe reads, whole lines.
using Output = std::function<void(std::string_view)>;

struct StateView {
  Instant now{};
  bool json = false;
  Style style;
  // What a record alone does not say: when its secret is renewed. Empty: shown as not known.
  std::function<std::optional<Instant>(const AccountRecord&)> renew_at;
};

// Who writes, for the log of events.
struct Writer {
  std::string actor;  // "state rm by root@host"
  Instant now{};
};

// A table, or the array of `status -json`. Errors: the store's.
Result<void> state_list(StateStore& store, const StateView& view, const Output& out);
// One record in detail. `name`: an address or a client_id. Errors: not_found with the nearest
// address, invalid (ambiguous), the store's.
Result<void> state_show(StateStore& store, const std::string& name, const StateView& view,
                        const Output& out);
// Gives a record another address. Errors: those of state_show, invalid (no address), refused (the
// address is taken), conflict.
Result<void> state_mv(StateStore& store, const std::string& from, const std::string& to,
                      const Writer& writer, const Output& out);
// Forgets records. Their secrets stay in Atlas, and out says which. An unknown name: nothing is
// removed. Errors: those of state_show, for all names at once; conflict, with what was removed
// before it said in out.
Result<void> state_rm(StateStore& store, const std::vector<std::string>& names,
                      const Writer& writer, const Output& out);
// Copies the store to a new file, also while another process writes. Errors: refused (the file
// exists), not_found, the store's.
Result<void> state_backup(const std::string& store_path, const std::string& target,
                          const Output& out);

// Clears what a dead process left of its lock. Errors: refused (a living process has it).
Result<void> force_unlock(const std::string& store_path, const Output& out);

}  // namespace keytide
