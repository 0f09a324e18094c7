#include "providers/atlas/simulator/api_error.h"

#include <utility>

#include "providers/atlas/simulator/json_text.h"

namespace keytide::simulator {
namespace {

struct StatusText {
  int status;
  std::string_view reason;
  std::string_view usual_code;
};

constexpr StatusText kStatuses[] = {
    {400, "Bad Request", "VALIDATION_ERROR"},
    {401, "Unauthorized", "USER_UNAUTHORIZED"},
    {402, "Payment Required", "ACCOUNT_SUSPENDED"},
    {403, "Forbidden", "IP_ADDRESS_NOT_ON_ACCESS_LIST"},
    {404, "Not Found", "RESOURCE_NOT_FOUND"},
    {405, "Method Not Allowed", "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES"},
    {406, "Not Acceptable", "INVALID_VERSION_DATE"},
    {409, "Conflict", "DATA_CONCURRENCY_ERROR"},
    {410, "Gone", "VERSION_GONE"},
    {415, "Unsupported Media Type", "UNSUPPORTED_MEDIA_TYPE"},
    {429, "Too Many Requests", "RATE_LIMITED"},
    {500, "Internal Server Error", "UNEXPECTED_ERROR"},
    {502, "Bad Gateway", "UNEXPECTED_ERROR"},
    {503, "Service Unavailable", "SERVICE_UNAVAILABLE"},
    {504, "Gateway Timeout", "UNEXPECTED_ERROR"},
};

std::string violations_json(const std::vector<Violation>& violations) {
  std::string out = "{\"fields\":[";
  for (const Violation& violation : violations) {
    if (&violation != &violations.front()) out += ',';
    JsonObject field(out);
    field.text("description", violation.description).text("field", violation.field).end();
  }
  return out + "]}";
}

}  // namespace

std::string_view reason_of(int status) {
  for (const StatusText& row : kStatuses) {
    if (row.status == status) return row.reason;
  }
  return "Error";
}

std::string_view usual_code_of(int status) {
  for (const StatusText& row : kStatuses) {
    if (row.status == status) return row.usual_code;
  }
  return "UNEXPECTED_ERROR";
}

HttpResponse json_response(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse api_error(int status, std::string_view code, std::string_view detail,
                       const ErrorExtras& extras) {
  std::string body;
  JsonObject error(body);
  if (!extras.violations.empty()) {
    error.raw("badRequestDetail", violations_json(extras.violations));
  }
  error.text("detail", detail)
      .number("error", status)
      .text("errorCode", code)
      .raw("parameters", extras.parameters)
      .text("reason", reason_of(status))
      .end();
  HttpResponse out = json_response(status, std::move(body));
  out.headers.push_back({"X-Error-Code", std::string(code)});
  return out;
}

}  // namespace keytide::simulator
