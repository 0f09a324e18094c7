#include "providers/system/log_writer.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "providers/system/redact.h"

namespace keytide {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "unknown";
}

// As syslog counts them.
int priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return 7;
    case LogLevel::info:
      return 6;
    case LogLevel::warn:
      return 4;
    case LogLevel::error:
      return 3;
  }
  return 6;
}

LogLevel threshold_of(const LogThresholds& thresholds, std::span<const LogField> fields) {
  for (const LogField& field : fields) {
    if (field.key != "component") continue;
    const auto own = thresholds.by_component.find(field.value);
    if (own != thresholds.by_component.end()) return own->second;
  }
  return thresholds.all;
}

Error bad_level(std::string_view word) {
  return {ErrorKind::invalid,
          fmt::format("\"{}\" is no log level: write debug, info, warn or error, and for one "
                      "component of the service NAME=LEVEL, such as info,atlas=debug",
                      word),
          {}};
}

// Length of the valid UTF-8 sequence at the start of the text, 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (length < 3) return length;
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : length;
}

// Between quotes, as JSON has it; logfmt readers take the same. What is no UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text.substr(at));
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (length == 0) {
      out += "\\ufffd";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  out += '"';
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

void append_pair(std::string& out, LogFormat format, std::string_view key, std::string_view value) {
  const std::string shown = redact(value);
  if (format == LogFormat::json) {
    out += out.empty() ? '{' : ',';
    append_quoted(out, key);
    out += ':';
    append_quoted(out, shown);
    return;
  }
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  if (is_plain(shown)) {
    out += shown;
  } else {
    append_quoted(out, shown);
  }
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::optional<LogFormat> log_format_from(std::string_view name) {
  if (name == "logfmt") return LogFormat::logfmt;
  if (name == "json") return LogFormat::json;
  return std::nullopt;
}

std::optional<LogLevel> log_level_from(std::string_view name) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
    if (name_of(level) == name) return level;
  }
  return std::nullopt;
}

Result<LogThresholds> log_thresholds_from(std::string_view text, LogLevel rest) {
  LogThresholds out;
  out.all = rest;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const auto sign = word.find('=');
    const auto level = log_level_from(sign == word.npos ? word : word.substr(sign + 1));
    if (!level || sign == 0) return fail(bad_level(word));
    if (sign == word.npos) {
      out.all = *level;
    } else {
      out.by_component[std::string(word.substr(0, sign))] = *level;
    }
  }
  return out;
}

bool leads_to_journal(int fd, std::string_view journal_stream) {
  struct stat status = {};
  return fstat(fd, &status) == 0 &&
         journal_stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

void LogWriter::set_field(const std::string& key, const std::string& value) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(constant_.begin(), constant_.end(),
                                  [&](const Pair& pair) { return pair.key == key; });
  if (found == constant_.end()) {
    constant_.push_back({key, value});
  } else {
    found->value = value;
  }
}

void LogWriter::write(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  if (level < threshold_of(options_.thresholds, fields)) return;
  std::string line;
  append_pair(line, options_.format, "time", format_instant(clock_.now()));
  append_pair(line, options_.format, "level", name_of(level));
  append_pair(line, options_.format, "msg", message);
  const std::lock_guard lock(mutex_);
  for (const Pair& pair : constant_) append_pair(line, options_.format, pair.key, pair.value);
  for (const LogField& field : fields) append_pair(line, options_.format, field.key, field.value);
  line += options_.format == LogFormat::json ? "}\n" : "\n";
  if (options_.for_journal) line.insert(0, fmt::format("<{}>", priority_of(level)));
  write_all(fd_, line);
}

}  // namespace keytide
