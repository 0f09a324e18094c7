// Log: a constant message and key/value pairs. Values are text that may be shown: a SecretValue
// does not convert. Threads: an implementation may be called from any of them.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace keytide {

enum class LogLevel { debug, info, warn, error };

struct LogField {
  std::string_view key;
  std::string value;
};

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message,
                     std::span<const LogField> fields) = 0;

  void debug(std::string_view m, std::initializer_list<LogField> f = {}) {
    write(LogLevel::debug, m, {f.begin(), f.size()});
  }
  void info(std::string_view m, std::initializer_list<LogField> f = {}) {
    write(LogLevel::info, m, {f.begin(), f.size()});
  }
  void warn(std::string_view m, std::initializer_list<LogField> f = {}) {
    write(LogLevel::warn, m, {f.begin(), f.size()});
  }
  void error(std::string_view m, std::initializer_list<LogField> f = {}) {
    write(LogLevel::error, m, {f.begin(), f.size()});
  }
};

}  // namespace keytide
