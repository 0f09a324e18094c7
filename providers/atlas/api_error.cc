#include "providers/atlas/api_error.h"

#include <fmt/format.h>

#include <charconv>

#include "providers/atlas/decode.h"

namespace keytide {
namespace {

constexpr std::size_t kLongestDetail = 300;

// The first line that fits gives the way out. No code: any code of that status.
struct Advice {
  int status;
  std::string_view code;
  std::string_view way_out;
};
constexpr std::string_view kNeedsOwner =
    "the credential needs the role Organization Owner (for a project's accounts: Project Owner); "
    "to "
    "plan alone, Organization Read Only";
constexpr std::string_view kCheckSecret =
    "the client id or its secret is wrong, expired or deleted: check atlas.credentials, or "
    "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET";
constexpr std::string_view kCheckOrg =
    "check the id of the org or project, and that the credential belongs to it";
constexpr Advice kAdvice[] = {
    {400, "invalid_client", kCheckSecret},
    {401, "invalid_client", kCheckSecret},
    {401, "USER_UNAUTHORIZED", kNeedsOwner},
    {401, "NOT_ORG_OWNER", kNeedsOwner},
    {401, "NOT_GROUP_OWNER", kNeedsOwner},
    {401, "", "the credential is wrong or expired, or lacks a role: check atlas.credentials"},
    {402, "", "the organization is suspended: an owner has to settle that in Atlas"},
    {403, "IP_ADDRESS_NOT_ON_ACCESS_LIST",
     "add this machine's address to the API access list of the credential"},
    {403, "access_denied",
     "an account can have 100 active tokens: they end by themselves within an hour"},
    {403, "", "the credential lacks a role, or its API access list lacks this machine"},
    {404, "ORG_NOT_FOUND", kCheckOrg},
    {404, "INVALID_ORG_ID", kCheckOrg},
    {404, "GROUP_NOT_FOUND", kCheckOrg},
    {404, "", "check the ids of the org or project and of the service account"},
    {405, "", "Atlas takes no changes at the moment: try again later"},
    {406, "", "check atlas.base_url: it does not serve this version of the Admin API"},
    {409, "", "somebody changed the account at the same moment: try again"},
    {410, "", "this version of the Admin API was retired: update keytide"},
    {429, "", "the rate limit is used up and refills within minutes: try again then"},
};

std::string_view way_out(int status, std::string_view code) {
  for (const Advice& advice : kAdvice) {
    if (advice.status == status && (advice.code.empty() || advice.code == code)) {
      return advice.way_out;
    }
  }
  if (status >= 500) return "Atlas has a problem: try again later";
  if (status >= 300 && status < 400) return "check atlas.base_url: it redirects";
  return {};
}

ErrorKind kind_of(int status, std::string_view code) {
  if (status == 403 && code == "access_denied") return ErrorKind::rate_limited;
  switch (status) {
    case 400:
      return ErrorKind::invalid;
    case 401:
    case 402:
    case 403:
      return ErrorKind::denied;
    case 404:
      return ErrorKind::not_found;
    case 406:
    case 410:
      return ErrorKind::unsupported;
    case 409:
      return ErrorKind::conflict;
    case 429:
      return ErrorKind::rate_limited;
    default:
      return ErrorKind::unavailable;
  }
}

bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

// Somebody else's text, fit to be shown on one line.
std::string presentable(std::string_view text) {
  static constexpr std::string_view kSecret = "mdb_sa_sk_";
  static constexpr std::string_view kToken = "eyJ";  // how every JSON web token begins
  std::string out;
  while (!text.empty() && out.size() < kLongestDetail) {
    if (text.starts_with(kSecret) || text.starts_with(kToken)) {
      const bool dots = text.starts_with(kToken);
      while (!text.empty() && (is_token_character(text.front()) || (dots && text.front() == '.'))) {
        text.remove_prefix(1);
      }
      out += "(sensitive value)";
      continue;
    }
    const char c = text.front();
    out += c < ' ' || c >= '\x7f' ? ' ' : c;
    text.remove_prefix(1);
  }
  if (!text.empty()) out += " ...";
  while (!out.empty() && (out.back() == '.' || out.back() == ' ') && !out.ends_with("...")) {
    out.pop_back();
  }
  return out;
}

std::string code_of(const HttpResponse& reply, const ErrorReply& said) {
  if (!said.code.empty()) return presentable(said.code);
  return presentable(find_header(reply.headers, "X-Error-Code").value_or(""));
}

std::string message_of(const HttpResponse& reply, const ErrorReply& said, std::string_view code) {
  std::string message = fmt::format("Atlas answered {}", reply.status);
  if (!code.empty()) message += fmt::format(" {}", code);
  if (!said.detail.empty()) message += fmt::format(": {}", presentable(said.detail));
  for (const std::string& field : said.fields) message += fmt::format(", {}", presentable(field));
  if (const auto wait = retry_after_of(reply)) {
    message += fmt::format(", to be asked again in {} s", wait->count());
  }
  if (const auto advice = way_out(reply.status, code); !advice.empty()) {
    message += fmt::format("; {}", advice);
  }
  return message;
}

}  // namespace

Error to_error(const HttpResponse& reply, std::string doing) {
  const ErrorReply said = decode_error(reply.body);
  const std::string code = code_of(reply, said);
  Error error{kind_of(reply.status, code), message_of(reply, said, code), {}};
  if (const auto id = find_header(reply.headers, "X-Request-Id")) {
    error.context.push_back(fmt::format("request id {}", presentable(*id)));
  }
  return std::move(error).within(std::move(doing));
}

std::optional<Seconds> retry_after_of(const HttpResponse& reply) {
  const auto text = find_header(reply.headers, "Retry-After");
  if (!text) return std::nullopt;
  int seconds = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (problem != std::errc{} || end != text->data() + text->size() || seconds < 0) {
    return std::nullopt;
  }
  return Seconds(seconds);
}

bool is_about_the_scope(std::string_view error_code) {
  return error_code == "ORG_NOT_FOUND" || error_code == "INVALID_ORG_ID" ||
         error_code == "GROUP_NOT_FOUND" || error_code == "INVALID_GROUP_ID";
}

}  // namespace keytide
