#include "providers/atlas/raw_create.h"

#include <fmt/format.h>

#include <algorithm>

#include "providers/atlas/calls.h"

namespace keytide {
namespace {

constexpr std::chrono::milliseconds kTimeLimit{15000};

// "2024-08-05"
bool is_date(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

// A JSON integer, below 10^9.
bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && !text.empty() && text.size() <= 9 && (text == "0" || text.front() != '0');
}

AtlasCall call_of(const RawCreate& create) {
  AtlasCall call = create_secret_call(create.account, 0);
  call.body = fmt::format(R"({{"secretExpiresAfterHours":{}}})", create.hours);
  call.accept = fmt::format("application/vnd.atlas.{}+json", create.version);
  call.content_type = call.accept;
  std::string query;
  if (create.envelope) query += "&envelope=true";
  if (create.pretty) query += "&pretty=true";
  if (!query.empty()) query.front() = '?';
  call.path += query;
  return call;
}

}  // namespace

Result<void> check(const RawCreate& create) {
  if (auto ids = check_ids(create.account); !ids) return ids;
  if (!is_whole_number(create.hours)) {
    return fail(ErrorKind::invalid, "-secretExpiresAfterHours has to be a whole number, as 2160");
  }
  if (!is_date(create.version)) {
    return fail(ErrorKind::invalid, "-version has to be a date, as 2024-08-05");
  }
  return {};
}

Result<HttpResponse> create_raw(AtlasClient& client, const RawCreate& create) {
  if (auto good = check(create); !good) return fail(std::move(good.error()));
  const auto limit = std::min(client.options().timeout, kTimeLimit);
  auto reply = client.send_once(call_of(create), limit);
  if (reply) return std::move(*reply);
  Error why = std::move(reply.error().why);
  if (reply.error().reached == TransportError::Reached::maybe_sent) {
    why.message += "; Atlas may have created a secret all the same: look before you try again";
  }
  return fail(std::move(why));
}

}  // namespace keytide
