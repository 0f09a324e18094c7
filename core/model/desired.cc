#include "core/model/desired.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/fingerprint.h"

namespace keytide {
namespace {

// Digests are kept in the store and compared: 16 hex characters are plenty for one entry's sinks.
std::string short_digest(std::string_view text) { return sha256_hex(text).substr(0, 16); }

}  // namespace

std::string_view name_of(FileFormat format) {
  switch (format) {
    case FileFormat::raw:
      return "raw";
    case FileFormat::env:
      return "env";
    case FileFormat::json:
      return "json";
  }
  return "unknown";
}

std::string_view type_of(const SinkSpec& sink) { return sink.is_hook() ? "notify" : "file"; }

std::string label_of(const SinkSpec& sink) {
  const auto* file = std::get_if<FileSink>(&sink.target);
  if (file == nullptr) return std::string(type_of(sink));
  return fmt::format("file {} {}", name_of(file->format), file->path);
}

std::optional<SinkSpec> sink_of(const SinkName& name, std::string_view label) {
  for (const FileFormat format : {FileFormat::raw, FileFormat::env, FileFormat::json}) {
    const std::string start = fmt::format("file {} ", name_of(format));
    if (!label.starts_with(start)) continue;
    FileSink file;
    file.path = label.substr(start.size());
    file.format = format;
    return SinkSpec{name, file, {}};
  }
  return std::nullopt;
}

std::string target_digest(const SinkSpec& sink) {
  if (const auto* file = std::get_if<FileSink>(&sink.target)) {
    return short_digest(fmt::format("file\n{}\n{}", file->path, name_of(file->format)));
  }
  const auto& hook = std::get<NotifyHook>(sink.target);
  return short_digest(fmt::format("notify\n{}", fmt::join(hook.command, "\n")));
}

std::string attributes_digest(const SinkSpec& sink) {
  const auto* file = std::get_if<FileSink>(&sink.target);
  if (file == nullptr) return "";
  return short_digest(fmt::format("{:o}\n{}\n{}", file->mode, file->owner, file->group));
}

}  // namespace keytide
