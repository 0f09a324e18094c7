// The half of EntryBuilder that reads `deliver`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/duration.h"
#include "core/manifest/entry_builder.h"
#include "core/manifest/text_rules.h"

namespace keytide {

std::optional<SinkSpec> EntryBuilder::sink_of(YamlValue item, Report& report) {
  SinkSpec sink;
  sink.place = report.place_of(item);
  std::string usual_name;
  if (const auto file = item.find("file")) {
    auto target = file_of(*file, report);
    if (!target) return std::nullopt;
    usual_name = "file:" + target->path;
    sink.target = std::move(*target);
  } else if (const auto notify = item.find("notify")) {
    auto target = hook_of(*notify, report);
    if (!target) return std::nullopt;
    usual_name = fmt::format("notify:{}", fmt::join(target->command, " "));
    sink.target = std::move(*target);
  } else {
    failed_ = true;
    return std::nullopt;
  }
  if (const auto name = item.find("name")) {
    auto text = text_of({*name, &report}, sink_name_shape(), "name");
    if (!text) return std::nullopt;
    usual_name = std::move(*text);
  }
  sink.name = SinkName(std::move(usual_name));
  return sink;
}

std::optional<FileSink> EntryBuilder::file_of(YamlValue file, Report& report) {
  FileSink out;
  bool has_path = false;
  for (const auto& [key, value] : file.pairs()) {
    const PlacedValue at{value, &report};
    const std::string_view name = key.text();
    if (name == "path") {
      auto path = text_of(at, sink_path_shape(), name);
      if (!path) return std::nullopt;
      out.path = normal_path(*path);
      has_path = true;
    } else if (name == "format") {
      out.format = value.text() == "env"    ? FileFormat::env
                   : value.text() == "json" ? FileFormat::json
                                            : FileFormat::raw;
    } else if (name == "mode" && is_mode(value.text())) {
      out.mode = mode_of(value.text());
      // A warning: some files are meant to be read by all, in a folder that is closed.
      if ((out.mode & 0007U) != 0) {
        report.warning(value, "every user of the host may open this file",
                       "end the mode in 0, such as \"0640\", and set group:");
      }
    } else if (name == "owner" || name == "group") {
      auto text = text_of(at, sink_owner_shape(), name);
      if (!text) return std::nullopt;
      (name == "owner" ? out.owner : out.group) = std::move(*text);
    }
  }
  if (has_path) return out;
  failed_ = true;
  return std::nullopt;
}

std::optional<NotifyHook> EntryBuilder::hook_of(YamlValue notify, Report& report) {
  NotifyHook out;
  if (const auto timeout = notify.find("timeout")) {
    const auto length = parse_duration(timeout->text());
    if (length) out.timeout = *length;
  }
  const auto command = notify.find("command");
  if (command) {
    for (const YamlValue word : command->items()) {
      auto text = text_of({word, &report}, hook_word_shape(), "command");
      if (!text) return std::nullopt;
      out.command.push_back(std::move(*text));
    }
  }
  if (!out.command.empty()) return out;
  failed_ = true;
  return std::nullopt;
}

}  // namespace keytide
