// LogWriter: the Log that writes to a descriptor, one line an event and one write a line, so that
// lines of several threads and processes never mix. Threads: any.
//   logfmt: time=2026-11-23T20:47:46Z level=info msg="secret created" reconcile_id=… address=a
//   json:   {"time":"2026-11-23T20:47:46Z","level":"info","msg":"secret created",…}
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/ports/clock.h"
#include "core/ports/log.h"

namespace keytide {

enum class LogFormat { logfmt, json };

// "logfmt", "json"; "debug", "info", "warn", "error".
std::optional<LogFormat> log_format_from(std::string_view name);
std::optional<LogLevel> log_level_from(std::string_view name);

// What is below is dropped. A line is of the component that its field `component` names.
struct LogThresholds {
  LogLevel all = LogLevel::info;
  std::map<std::string, LogLevel, std::less<>> by_component;
};
// "warn", "info,atlas=debug", "atlas=debug": a level for all, levels of components, or both; `rest`
// where it says none for all. Errors: invalid, with the words that are known.
Result<LogThresholds> log_thresholds_from(std::string_view text, LogLevel rest);

struct LogOptions {
  LogFormat format = LogFormat::logfmt;
  LogThresholds thresholds{};
  // Lines begin with "<6>" and the like: journald takes that for their level.
  bool for_journal = false;
};

// Whether that descriptor leads to journald, by the value of $JOURNAL_STREAM.
bool leads_to_journal(int fd, std::string_view journal_stream);

class LogWriter : public Log {
 public:
  // The descriptor and the clock are borrowed.
  LogWriter(int fd, Clock& clock, LogOptions options) : fd_(fd), clock_(clock), options_(options) {}

  // A pair that stands on every line from now on, reconcile_id above all. The same key again
  // replaces its value.
  void set_field(const std::string& key, const std::string& value);

  // Values are redacted, control characters and invalid UTF-8 escaped. A line that can't be written
  // is dropped: logging never stops the work.
  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) override;

 private:
  struct Pair {
    std::string key;
    std::string value;
  };

  const int fd_;
  Clock& clock_;
  const LogOptions options_;
  std::mutex mutex_;  // guards constant_ and the order of lines
  std::vector<Pair> constant_;
};

}  // namespace keytide
