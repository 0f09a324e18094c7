// LogWriter: the Log that writes to a descriptor, one line an event and one write a line, so that
// lines of several threads and processes never mix. Threads: any.
//   logfmt: time=2026-11-23T20:47:46Z level=info msg="secret created" reconcile_id=… address=a
//   json:   {"time":"2026-11-23T20:47:46Z","level":"info","msg":"secret created",…}
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports/clock.h"
#include "core/ports/log.h"

namespace keytide {

enum class LogFormat { logfmt, json };

// "logfmt", "json"; "debug", "info", "warn", "error".
std::optional<LogFormat> log_format_from(std::string_view name);
std::optional<LogLevel> log_level_from(std::string_view name);

struct LogOptions {
  LogFormat format = LogFormat::logfmt;
  LogLevel threshold = LogLevel::info;  // what is below is dropped
};

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
