#include "providers/atlas/simulator/bodies.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/duration.h"
#include "providers/atlas/simulator/api_error.h"

namespace keytide::simulator {
namespace {

using Json = nlohmann::json;

Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

HttpResponse malformed() {
  return api_error(400, "MALFORMED_JSON", "The request body is not a JSON object.");
}

HttpResponse invalid_field(std::string_view name, std::string_view why) {
  return api_error(400, "VALIDATION_ERROR", fmt::format("{} {}.", name, why),
                   {"[]", {{std::string(name), std::string(why)}}});
}

// The first field that is not among `known`.
std::optional<std::string> unknown_field(const Json& object,
                                         std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) return name;
  }
  return std::nullopt;
}

HttpResponse unknown_attribute(const std::string& name) {
  return api_error(400, "INVALID_ATTRIBUTE", fmt::format("Invalid attribute {} specified.", name));
}

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorKind::invalid, std::move(message));
}

}  // namespace

std::variant<std::int64_t, HttpResponse> parse_create_body(std::string_view body) {
  constexpr const char* kHours = "secretExpiresAfterHours";
  const Json json = parse(body);
  if (!json.is_object()) return malformed();
  if (const auto name = unknown_field(json, {kHours})) return unknown_attribute(*name);
  const auto hours = json.find(kHours);
  if (hours == json.end()) return invalid_field(kHours, "must not be null");
  if (!hours->is_number_integer()) return invalid_field(kHours, "must be a whole number");
  return hours->get<std::int64_t>();
}

std::variant<std::optional<std::int64_t>, HttpResponse> parse_settings_body(std::string_view body) {
  constexpr const char* kCap = "maxServiceAccountSecretValidityInHours";
  const Json json = parse(body);
  if (!json.is_object()) return malformed();
  const auto name = unknown_field(
      json, {"apiAccessListRequired", "customSessionTimeouts", "genAIFeaturesEnabled", kCap,
             "multiFactorAuthRequired", "operationsContact", "restrictEmployeeAccess",
             "securityContact", "streamsCrossGroupEnabled"});
  if (name) return unknown_attribute(*name);
  const auto cap = json.find(kCap);
  if (cap == json.end()) return std::optional<std::int64_t>{};
  if (!cap->is_number_integer()) return invalid_field(kCap, "must be a whole number");
  const auto hours = cap->get<std::int64_t>();
  if (hours < 8 || hours > 8760) return invalid_field(kCap, "must be between 8 and 8760");
  return std::optional<std::int64_t>{hours};
}

Result<ClockCommand> parse_clock_command(std::string_view body) {
  const Json json = parse(body);
  ClockCommand out;
  if (!json.is_object() || json.size() != 1) {
    return wrong(
        "send one of {\"advance\": \"80d\"}, {\"set\": \"2027-01-01T00:00:00Z\"} and "
        "{\"rate\": 3600}");
  }
  const std::string name = json.begin().key();
  const Json& value = json.begin().value();
  if (name == "advance" && value.is_string()) {
    auto length = parse_duration(value.get_ref<const std::string&>());
    if (!length) return fail(std::move(length.error()));
    out.advance = *length;
  } else if (name == "set" && value.is_string()) {
    auto at = parse_instant(value.get_ref<const std::string&>());
    if (!at) return fail(std::move(at.error()));
    out.set = *at;
  } else if (name == "rate" && value.is_number() && value.get<double>() >= 0) {
    out.rate = value.get<double>();
  } else {
    return wrong(
        fmt::format("\"{}\" is no clock command, or has a value of the wrong kind: send "
                    "\"advance\" or \"set\" with a text, or \"rate\" with a number",
                    name));
  }
  return out;
}

namespace {

Result<Fault::Close> parse_close(const std::string& text) {
  if (text == "before_commit") return Fault::Close::before_commit;
  if (text == "after_commit") return Fault::Close::after_commit;
  if (text == "mid_body") return Fault::Close::mid_body;
  return wrong(fmt::format(
      "\"{}\" is no way to close: write before_commit, after_commit or mid_body", text));
}

// "5s" as everywhere, and "300ms" besides.
Result<std::chrono::milliseconds> parse_delay(std::string text) {
  if (text.size() > 2 && text.substr(text.size() - 2) == "ms") {
    text.resize(text.size() - 2);
    auto thousandfold = parse_duration(text + "s");
    if (!thousandfold) return fail(std::move(thousandfold.error()));
    return std::chrono::milliseconds(thousandfold->count());
  }
  auto length = parse_duration(text);
  if (!length) return fail(std::move(length.error()));
  return std::chrono::milliseconds(*length);
}

void read_headers(const Json& headers, Fault& fault) {
  for (const auto& [name, value] : headers.items()) {
    fault.headers.push_back(
        {name, value.is_string() ? value.get_ref<const std::string&>() : value.dump()});
  }
}

Result<void> read_effect(const Json& json, Fault& fault) {
  fault.status = json.value("status", 0);
  const auto body = json.find("body");
  if (body != json.end()) {
    fault.body = body->is_string() ? body->get_ref<const std::string&>() : body->dump();
  }
  if (const auto headers = json.find("headers"); headers != json.end()) {
    if (!headers->is_object()) return wrong("\"headers\" of a fault is an object of texts");
    read_headers(*headers, fault);
  }
  if (const auto delay = json.find("delay"); delay != json.end()) {
    auto length = parse_delay(delay->get<std::string>());
    if (!length) return fail(std::move(length.error()));
    fault.delay = *length;
  }
  fault.commit_late = json.value("commit", "") == "late";
  if (const auto close = json.find("close"); close != json.end()) {
    auto how = parse_close(close->get<std::string>());
    if (!how) return fail(std::move(how.error()));
    fault.close = *how;
  }
  const int effects =
      (fault.status != 0) + (fault.delay.count() > 0) + (fault.close != Fault::Close::none);
  if (effects != 1) return wrong("a fault has exactly one of status, delay and close");
  if (fault.status != 0 && (fault.status < 200 || fault.status > 599)) {
    return wrong("the status of a fault is 200 to 599");
  }
  return {};
}

Result<Fault> read_fault(const Json& json) {
  if (!json.is_object()) return wrong("a fault is an object");
  if (const auto name = unknown_field(json, {"method", "path", "times", "status", "body", "headers",
                                             "delay", "commit", "close"})) {
    return wrong(
        fmt::format("a fault has no \"{}\": it has method, path, times, status, body, "
                    "headers, delay, commit and close",
                    *name));
  }
  Fault fault;
  fault.method = json.value("method", "");
  fault.path = json.value("path", "");
  fault.times = json.value("times", 1);
  if (fault.times < 1) return wrong("the times of a fault are 1 or more");
  auto read = read_effect(json, fault);
  if (!read) return fail(std::move(read.error()));
  return fault;
}

}  // namespace

Result<std::vector<Fault>> parse_faults(std::string_view body) {
  Json json = parse(body);
  if (json.is_object()) json = Json::array({json});
  if (!json.is_array()) return wrong("send a list of faults");
  std::vector<Fault> out;
  try {
    for (const Json& one : json) {
      auto fault = read_fault(one);
      if (!fault) return fail(std::move(fault.error()));
      out.push_back(std::move(*fault));
    }
  } catch (const Json::exception&) {
    return wrong("a field of the fault has a value of the wrong kind");
  }
  return out;
}

}  // namespace keytide::simulator
