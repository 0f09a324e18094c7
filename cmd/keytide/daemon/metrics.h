// Metrics: what Prometheus scrapes: what was counted, what the last Snapshot says, and the process.
// Nothing is kept of an entry: its series go when it is in no snapshot any more. The names are in
// metric_list.h.
//
// Threads: any, at once. Counting does not block; render() takes milliseconds for a snapshot that
// it has not seen, and less where it has.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cmd/keytide/daemon/snapshot.h"
#include "cmd/keytide/daemon/snapshot_metrics.h"
#include "cmd/keytide/daemon/telemetry.h"
#include "providers/system/process_stats.h"

namespace keytide {

struct MetricsOptions {
  std::string version;
  SeriesOptions series;
};

// What one scrape looks at, beside the counters.
struct ScrapeFacts {
  Instant now{};                        // the host's clock, as the next two
  Instant started_at{};                 // of the process
  Instant last_tick_at{};               // of the loop
  bool is_ready = false;                // see readyz()
  SnapshotPtr snapshot;                 // null: none yet
  std::optional<ProcessStats> process;  // absent: it can't be read
};

class Metrics : public Telemetry {
 public:
  // Everything that is counted is there from here on, at 0.
  explicit Metrics(MetricsOptions options);
  ~Metrics() override;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void on_request(std::string_view operation, int status,
                  std::chrono::microseconds length) override;
  void on_create(std::string_view outcome) override;
  void on_delete(bool succeeded) override;
  void on_delivery(std::string_view sink_type, bool succeeded) override;
  void on_pass(bool succeeded, std::chrono::microseconds length) override;
  void on_reload(bool succeeded) override;

  // Prometheus's text format, version 0.0.4.
  std::string render(const ScrapeFacts& facts);

 private:
  struct Counters;
  struct Rendered;
  std::string text_of(const SnapshotPtr& snapshot);

  const MetricsOptions options_;
  const std::unique_ptr<Counters> counters_;
  const std::unique_ptr<Rendered> rendered_;
};

}  // namespace keytide
