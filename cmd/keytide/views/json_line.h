// The lines of -json: one object a line, in the shape of Terraform's machine-readable UI, so that
// what reads that reads this: `@level`, `@message`, `@module`, `@timestamp` and `type` stand first.
//
//   version, planned_change, resource_drift, change_summary, diagnostic,
//   apply_start, apply_progress, apply_complete, apply_errored      as Terraform has them
//   entry_blocked, entry_note, secret_created, secret_verified,
//   sink_delivered, secret_switched, secret_deleted                 ours
//
// All functions are pure and give whole lines, newline included.
#pragma once

#include <string>
#include <string_view>

#include "cmd/keytide/views/json_object.h"
#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "core/model/ids.h"

namespace keytide {

enum class Level { info, warn, error };

// The members that every line begins with.
JsonObject begin_line(Level level, std::string_view message, std::string_view type, Instant at);
std::string end_line(const JsonObject& line);

// Terraform's resource of a change, and beside it our `client_id` and `scope`.
JsonObject resource_json(const Address& address, const AccountKey& key);

// The first line of every command with -json.
std::string json_version(std::string_view keytide_version, Instant at);

// A problem in a user's file; its place is Terraform's `range`.
std::string json_diagnostic(const Diagnostic& diagnostic, Instant at);
// What `validate -json` prints: one object, in the shape of Terraform's.
std::string json_validation(const Diagnostics& all);
// An error of a whole command, or of one entry where `address` is not empty.
std::string json_error(const Error& error, const Address& address, Instant at);
std::string json_warning(std::string_view summary, Instant at);

}  // namespace keytide
