#include "cmd/keytide/views/json_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace keytide {
namespace {

// Of our lines; a member that is added does not change it, one that changes its meaning does.
constexpr std::string_view kUiVersion = "1.0";

std::string_view name_of_level(Level level) {
  switch (level) {
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "info";
}

std::string diagnostic_line(Level level, std::string_view summary, const JsonObject& diagnostic,
                            Instant at) {
  const std::string message =
      fmt::format("{}: {}", level == Level::error ? "Error" : "Warning", summary);
  return end_line(begin_line(level, message, "diagnostic", at).object("diagnostic", diagnostic));
}

JsonObject range_of(const Place& place) {
  const JsonObject point = JsonObject().number("line", place.line).number("column", place.column);
  return JsonObject().text("filename", place.file).object("start", point).object("end", point);
}

JsonObject body_of(const Diagnostic& diagnostic) {
  const bool is_error = diagnostic.severity == Diagnostic::Severity::error;
  JsonObject body;
  body.text("severity", is_error ? "error" : "warning")
      .text("summary", diagnostic.problem)
      .text("detail", diagnostic.way_out);
  if (!diagnostic.place.file.empty()) body.object("range", range_of(diagnostic.place));
  if (!diagnostic.line.empty()) {
    body.object(
        "snippet",
        JsonObject().text("code", diagnostic.line).number("start_line", diagnostic.place.line));
  }
  return body;
}

}  // namespace

JsonObject begin_line(Level level, std::string_view message, std::string_view type, Instant at) {
  return JsonObject()
      .text("@level", name_of_level(level))
      .text("@message", message)
      .text("@module", "keytide.ui")
      .moment("@timestamp", at)
      .text("type", type);
}

std::string end_line(const JsonObject& line) { return line.str() + "\n"; }

JsonObject resource_json(const Address& address, const AccountKey& key) {
  return JsonObject()
      .text("addr", address.str())
      .text("module", "")
      .text("resource", address.str())
      .text("implied_provider", "mongodbatlas")
      .text("resource_type", "service_account_secret")
      .text("resource_name", address.str())
      .null("resource_key")
      .text("scope", describe(key.scope))
      .text("client_id", key.client_id.str());
}

std::string json_version(std::string_view keytide_version, Instant at) {
  return end_line(begin_line(Level::info, fmt::format("keytide {}", keytide_version), "version", at)
                      .text("keytide", keytide_version)
                      .text("ui", kUiVersion));
}

std::string json_diagnostic(const Diagnostic& diagnostic, Instant at) {
  const bool is_error = diagnostic.severity == Diagnostic::Severity::error;
  return diagnostic_line(is_error ? Level::error : Level::warn, diagnostic.problem,
                         body_of(diagnostic), at);
}

std::string json_validation(const Diagnostics& all) {
  std::vector<JsonObject> bodies;
  for (const Diagnostic& one : all) bodies.push_back(body_of(one));
  const auto errors = std::count_if(all.begin(), all.end(), [](const Diagnostic& one) {
    return one.severity == Diagnostic::Severity::error;
  });
  return JsonObject()
             .text("format_version", kUiVersion)
             .flag("valid", errors == 0)
             .number("error_count", errors)
             .number("warning_count", static_cast<std::int64_t>(all.size()) - errors)
             .objects("diagnostics", bodies)
             .str() +
         "\n";
}

std::string json_error(const Error& error, const Address& address, Instant at) {
  JsonObject body;
  body.text("severity", "error")
      .text("summary", error.text())
      .text("detail", "")
      .text("kind", name_of(error.kind));
  if (!address.empty()) body.text("address", address.str());
  return diagnostic_line(Level::error, error.text(), body, at);
}

std::string json_warning(std::string_view summary, Instant at) {
  const JsonObject body =
      JsonObject().text("severity", "warning").text("summary", summary).text("detail", "");
  return diagnostic_line(Level::warn, summary, body, at);
}

}  // namespace keytide
