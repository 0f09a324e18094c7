#include "cmd/keytide/daemon/metric_list.h"

#include <algorithm>

#include "core/base/check.h"

namespace keytide {
namespace {

using enum MetricType;

// Times of entries are Atlas's clock, the others the host's. A metric without a value has no
// sample: an entry that never had a secret has no expiry.
constexpr MetricSpec kMetrics[] = {
    // The service.
    {"keytide_build_info", gauge, "version", "Always 1; the labels say which build this is."},
    {"keytide_ready", gauge, "", "Whether /readyz answers 200."},
    {"keytide_loop_last_tick_timestamp_seconds", gauge, "",
     "When the service's loop last went round."},
    {"keytide_snapshot_timestamp_seconds", gauge, "",
     "When the loop last published how the entries are."},
    {"keytide_store_restored", gauge, "",
     "Whether the store was restored from a backup; nothing is done until a person accepts it."},
    {"keytide_clock_skew_seconds", gauge, "", "Atlas's clock less the host's."},
    {"keytide_locked_memory_bytes", gauge, "", "Memory locked against swapping, for secrets."},
    // All entries, those without series of their own too.
    {"keytide_entries", gauge, "phase", "Entries by phase, as status names it."},
    {"keytide_entries_not_ready", gauge, "reason", "Entries that are not ready, by reason."},
    {"keytide_entries_without_series", gauge, "",
     "Entries that have no series of their own, for there are too many."},
    {"keytide_entries_overdue", gauge, "", "Entries whose renewal is due."},
    {"keytide_oldest_due_seconds", gauge, "",
     "For how long the renewal of the most overdue entry has been due; 0 if none is."},
    {"keytide_earliest_expiry_timestamp_seconds", gauge, "",
     "When the first of all current secrets expires."},
    {"keytide_slots_taken", gauge, "", "Secrets that take a slot of their service account."},
    {"keytide_orphans", gauge, "", "Secrets of keytide's that nobody uses, to be deleted."},
    {"keytide_quarantined", gauge, "",
     "Secrets that may be keytide's or not; a person says, with orphan adopt or orphan delete."},
    {"keytide_sinks_behind", gauge, "", "Sinks that do not hold the current secret."},
    // One entry.
    {"keytide_entry_ready", gauge, "entry",
     "Whether the entry has a living secret, every sink has that, and nothing is blocked."},
    {"keytide_entry_not_ready_reason", gauge, "entry, reason",
     "Always 1; why an entry is not ready. Absent for one that is."},
    {"keytide_entry_expiry_timestamp_seconds", gauge, "entry",
     "When the current secret expires; absent where no manifest names the entry any more."},
    {"keytide_entry_renew_timestamp_seconds", gauge, "entry",
     "When the next secret is due; absent while the entry is suspended."},
    {"keytide_entry_renewed_timestamp_seconds", gauge, "entry",
     "When the entry last switched to a new secret."},
    {"keytide_entry_last_success_timestamp_seconds", gauge, "entry",
     "When a pass over the entry last ended with nothing left to do."},
    {"keytide_entry_failed_tries", gauge, "entry", "Tries that failed, since the last success."},
    {"keytide_entry_slots_taken", gauge, "entry",
     "Secrets that take a slot of the entry's service account."},
    {"keytide_entry_orphans", gauge, "entry",
     "Secrets of keytide's that nobody uses, to be deleted."},
    {"keytide_entry_quarantined", gauge, "entry", "Secrets that may be keytide's or not."},
    {"keytide_entry_sinks", gauge, "entry", "Sinks of the entry."},
    {"keytide_entry_sinks_behind", gauge, "entry", "Sinks that do not hold the current secret."},
    // Organizations and projects, those without series of their own too.
    {"keytide_scopes", gauge, "", "Organizations and projects."},
    {"keytide_scopes_failing", gauge, "", "Organizations and projects whose last look failed."},
    {"keytide_scopes_without_series", gauge, "",
     "Organizations and projects that have no series of their own, for there are too many."},
    // One organization or project.
    {"keytide_scope_last_scan_timestamp_seconds", gauge, "scope",
     "When all accounts of the organization or project were last read."},
    {"keytide_scope_failed_scans", gauge, "scope", "Looks that failed, since the last success."},
    {"keytide_scope_rate_limit_calls_left", gauge, "scope",
     "Calls that Atlas's rate limit has room for; absent until it is known."},
    // Sources of manifests.
    {"keytide_source_ready", gauge, "source",
     "Whether the revision that was looked at last is the one that counts."},
    {"keytide_source_applied_timestamp_seconds", gauge, "source",
     "When the revision that counts was taken on."},
    {"keytide_source_attempted_timestamp_seconds", gauge, "source",
     "When the source was last looked at."},
    {"keytide_source_entries", gauge, "source", "Entries of the revision that counts."},
    // What was done since the start.
    {"keytide_creates_total", counter, "outcome",
     "Creates: created, rejected, not_sent, or unknown, where the reply was lost."},
    {"keytide_deletes_total", counter, "result", "Deletes of secrets."},
    {"keytide_deliveries_total", counter, "sink, result", "Writes to sinks, by type of sink."},
    {"keytide_passes_total", counter, "result", "Passes over an organization or project."},
    {"keytide_pass_duration_seconds", histogram, "", "Length of passes."},
    {"keytide_reloads_total", counter, "result", "Attempts to read the manifests."},
    {"keytide_atlas_requests_total", counter, "operation, code",
     "Requests to Atlas, by operationId and status; code none where no reply came."},
    {"keytide_atlas_request_duration_seconds", histogram, "operation",
     "Length of requests to Atlas."},
    // As every Prometheus client names them.
    {"process_start_time_seconds", gauge, "", "When the process started."},
    {"process_cpu_seconds_total", counter, "", "User and system time."},
    {"process_resident_memory_bytes", gauge, "", "Resident memory."},
    {"process_virtual_memory_bytes", gauge, "", "Virtual memory."},
    {"process_open_fds", gauge, "", "Open file descriptors."},
    {"process_max_fds", gauge, "", "The limit of open file descriptors."},
};

}  // namespace

std::string_view name_of(MetricType type) {
  switch (type) {
    case counter:
      return "counter";
    case gauge:
      return "gauge";
    case histogram:
      return "histogram";
  }
  return "";
}

std::span<const MetricSpec> metric_list() { return kMetrics; }

const MetricSpec& metric_spec(std::string_view name) {
  const auto* at = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                [&](const MetricSpec& spec) { return spec.name == name; });
  CHECK(at != std::end(kMetrics), "every metric is in the list");
  return *at;
}

}  // namespace keytide
