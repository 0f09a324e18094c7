#include "cmd/keytide/daemon/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <sstream>
#include <utility>

#include "cmd/keytide/daemon/exposition.h"

namespace keytide {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

// Seconds. Atlas answers within tenths of a second, and a request is given up after 15 s.
const Histogram::BucketBoundaries kRequestBuckets{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30};
// A pass is one list call, or hundreds of renewals that wait for the rate limit.
const Histogram::BucketBoundaries kPassBuckets{0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600};

// What a request ends with where all is well: shown from the start.
constexpr std::array<std::pair<std::string_view, int>, 11> kOperations{{
    {"listOrgServiceAccounts", 200},
    {"listGroupServiceAccounts", 200},
    {"getOrgServiceAccount", 200},
    {"getGroupServiceAccount", 200},
    {"createOrgServiceAccountSecret", 201},
    {"createGroupServiceAccountSecret", 201},
    {"deleteOrgServiceAccountSecret", 204},
    {"deleteGroupServiceAccountSecret", 204},
    {"getOrgSettings", 200},
    {"token", 200},
    {"revoke", 200},
}};
constexpr std::string_view kOutcomes[] = {"created", "rejected", "not_sent", "unknown"};
constexpr std::string_view kSinkTypes[] = {"file", "notify"};

std::string result_word(bool succeeded) { return succeeded ? "succeeded" : "failed"; }

std::string code_of(int status) {
  if (status == 0) return "none";
  return status >= 100 && status <= 599 ? std::to_string(status) : "other";
}

double seconds_of(std::chrono::microseconds length) {
  return std::chrono::duration<double>(length).count();
}

double seconds_of(Instant at) { return static_cast<double>(at.time_since_epoch().count()); }

Family<Counter>& counter_family(prometheus::Registry& registry, std::string_view name) {
  return prometheus::BuildCounter()
      .Name(std::string(name))
      .Help(std::string(metric_spec(name).help))
      .Register(registry);
}

Family<Histogram>& histogram_family(prometheus::Registry& registry, std::string_view name) {
  return prometheus::BuildHistogram()
      .Name(std::string(name))
      .Help(std::string(metric_spec(name).help))
      .Register(registry);
}

std::string process_text(const ProcessStats& process) {
  return exposition("process_cpu_seconds_total", process.cpu_seconds) +
         exposition("process_resident_memory_bytes", static_cast<double>(process.resident_bytes)) +
         exposition("process_virtual_memory_bytes", static_cast<double>(process.virtual_bytes)) +
         exposition("process_open_fds", static_cast<double>(process.open_files)) +
         exposition("process_max_fds", static_cast<double>(process.open_files_max)) +
         exposition("keytide_locked_memory_bytes", static_cast<double>(process.locked_bytes));
}

}  // namespace

struct Metrics::Counters {
  prometheus::Registry registry;
  Family<Counter>& creates = counter_family(registry, "keytide_creates_total");
  Family<Counter>& deletes = counter_family(registry, "keytide_deletes_total");
  Family<Counter>& deliveries = counter_family(registry, "keytide_deliveries_total");
  Family<Counter>& passes = counter_family(registry, "keytide_passes_total");
  Family<Counter>& reloads = counter_family(registry, "keytide_reloads_total");
  Family<Counter>& requests = counter_family(registry, "keytide_atlas_requests_total");
  Family<Histogram>& request_lengths =
      histogram_family(registry, "keytide_atlas_request_duration_seconds");
  Histogram& pass_lengths =
      histogram_family(registry, "keytide_pass_duration_seconds").Add({}, kPassBuckets);

  Counters() {
    for (const std::string_view outcome : kOutcomes)
      creates.Add({{"outcome", std::string(outcome)}});
    for (const bool succeeded : {true, false}) {
      const std::string result = result_word(succeeded);
      for (auto* family : {&deletes, &passes, &reloads}) family->Add({{"result", result}});
      for (const std::string_view sink : kSinkTypes) {
        deliveries.Add({{"sink", std::string(sink)}, {"result", result}});
      }
    }
    for (const auto& [operation, status] : kOperations) {
      request(operation, status);
      request_length(operation);
    }
  }

  // Those that are there already are handed out again.
  Counter& request(std::string_view operation, int status) {
    return requests.Add({{"operation", std::string(operation)}, {"code", code_of(status)}});
  }
  Histogram& request_length(std::string_view operation) {
    return request_lengths.Add({{"operation", std::string(operation)}}, kRequestBuckets);
  }

  // In the same order each time.
  std::string text() const {
    auto families = registry.Collect();
    for (auto& family : families) {
      std::sort(family.metric.begin(), family.metric.end(),
                [](const auto& a, const auto& b) { return a.label < b.label; });
    }
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return std::move(out).str();
  }
};

// The text of the snapshot that was rendered last. It is not kept alive for that.
struct Metrics::Rendered {
  std::mutex mutex;
  std::weak_ptr<const Snapshot> snapshot;
  std::string text;
};

Metrics::Metrics(MetricsOptions options)
    : options_(std::move(options)),
      counters_(std::make_unique<Counters>()),
      rendered_(std::make_unique<Rendered>()) {}

Metrics::~Metrics() = default;

void Metrics::on_request(std::string_view operation, int status, std::chrono::microseconds length) {
  counters_->request(operation, status).Increment();
  counters_->request_length(operation).Observe(seconds_of(length));
}

void Metrics::on_create(std::string_view outcome) {
  counters_->creates.Add({{"outcome", std::string(outcome)}}).Increment();
}

void Metrics::on_delete(bool succeeded) {
  counters_->deletes.Add({{"result", result_word(succeeded)}}).Increment();
}

void Metrics::on_delivery(std::string_view sink_type, bool succeeded) {
  counters_->deliveries.Add({{"sink", std::string(sink_type)}, {"result", result_word(succeeded)}})
      .Increment();
}

void Metrics::on_pass(bool succeeded, std::chrono::microseconds length) {
  counters_->passes.Add({{"result", result_word(succeeded)}}).Increment();
  counters_->pass_lengths.Observe(seconds_of(length));
}

void Metrics::on_reload(bool succeeded) {
  counters_->reloads.Add({{"result", result_word(succeeded)}}).Increment();
}

std::string Metrics::text_of(const SnapshotPtr& snapshot) {
  const std::lock_guard lock(rendered_->mutex);
  if (rendered_->text.empty() || rendered_->snapshot.lock() != snapshot) {
    rendered_->text = snapshot_metrics(*snapshot, options_.series);
    rendered_->snapshot = snapshot;
  }
  return rendered_->text;
}

std::string Metrics::render(const ScrapeFacts& facts) {
  const Labels version{{"version", options_.version}};
  std::string out = exposition("keytide_build_info", {{1, &version, {}}});
  out += exposition("keytide_ready", facts.is_ready ? 1 : 0);
  out += exposition("keytide_loop_last_tick_timestamp_seconds", seconds_of(facts.last_tick_at));
  if (facts.snapshot) {
    out += due_metrics(*facts.snapshot, facts.now);
    out += text_of(facts.snapshot);
  }
  out += counters_->text();
  out += exposition("process_start_time_seconds", seconds_of(facts.started_at));
  if (facts.process) out += process_text(*facts.process);
  return out;
}

}  // namespace keytide
