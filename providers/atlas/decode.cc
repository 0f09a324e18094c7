#include "providers/atlas/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "providers/atlas/json_reader.h"

namespace keytide {
namespace {

tl::unexpected<Error> corrupt(std::string what) {
  return fail(ErrorKind::corrupt, fmt::format("Atlas's reply can't be read: {}", what));
}

tl::unexpected<Error> no_json(const JsonReader& json) {
  return corrupt(fmt::format("no JSON of the expected shape at byte {}", json.offset()));
}

// Absent where the field is null.
std::optional<std::string_view> text_or_null(JsonReader& json) {
  if (json.null()) return std::nullopt;
  return json.text();
}

void take_text(JsonReader& json, std::string& to) {
  if (const auto text = text_or_null(json)) to = *text;
}

void take_instant(JsonReader& json, std::optional<Instant>& to) {
  const auto text = text_or_null(json);
  if (!text || json.failed()) return;
  const auto at = parse_instant(*text);
  if (!at) return json.fail();
  to = *at;
}

// One ServiceAccountSecret, with the plaintext that only a create's reply has.
struct SecretFields {
  std::string id;
  std::optional<Instant> created_at;
  std::optional<Instant> expires_at;
  std::optional<Instant> last_used_at;
  std::string masked;
  SecretValue value;

  bool complete() const { return !id.empty() && created_at && expires_at; }
  ObservedSecret seen() && {
    return {SecretId(std::move(id)), *created_at, *expires_at, last_used_at, std::move(masked)};
  }
};

// Whether the field was one of a secret's, and read.
bool read_secret_field(JsonReader& json, std::string_view key, SecretFields& fields) {
  if (key == "id") {
    take_text(json, fields.id);
  } else if (key == "createdAt") {
    take_instant(json, fields.created_at);
  } else if (key == "expiresAt") {
    take_instant(json, fields.expires_at);
  } else if (key == "lastUsedAt") {
    take_instant(json, fields.last_used_at);
  } else if (key == "maskedSecretValue") {
    take_text(json, fields.masked);
  } else if (key == "secret") {
    if (const auto text = text_or_null(json)) fields.value = SecretValue(*text);
  } else {
    return false;
  }
  return true;
}

void read_secrets(JsonReader& json, std::vector<ObservedSecret>& to) {
  json.begin_array();
  while (json.next_element()) {
    SecretFields fields;
    json.begin_object();
    while (const auto key = json.next_key()) {
      if (!read_secret_field(json, *key, fields)) json.skip();
    }
    // A secret that can't be told from others: better no listing than one with a hole in it.
    if (!json.failed() && !fields.complete()) json.fail();
    if (!json.failed()) to.push_back(std::move(fields).seen());
  }
  std::sort(to.begin(), to.end(), [](const ObservedSecret& a, const ObservedSecret& b) {
    return a.created_at != b.created_at ? a.created_at < b.created_at : a.id < b.id;
  });
}

bool read_account_field(JsonReader& json, std::string_view key, ObservedAccount& account) {
  if (key == "clientId") {
    std::string id;
    take_text(json, id);
    account.key.client_id = ClientId(std::move(id));
  } else if (key == "name") {
    take_text(json, account.name);
  } else if (key == "secrets") {
    account.says_secrets = !json.null();
    if (account.says_secrets) read_secrets(json, account.secrets);
  } else {
    return false;
  }
  return true;
}

void read_results(JsonReader& json, const Scope& scope, AccountPage& page,
                  std::vector<ObservedAccount>& to) {
  json.begin_array();
  while (json.next_element()) {
    ObservedAccount account;
    account.key.scope = scope;
    account.says_secrets = false;
    json.begin_object();
    while (const auto key = json.next_key()) {
      if (!read_account_field(json, *key, account)) json.skip();
    }
    if (!json.failed() && account.key.client_id.empty()) json.fail();
    to.push_back(std::move(account));
    ++page.results;
  }
}

void read_links(JsonReader& json, AccountPage& page) {
  if (json.null()) return;
  json.begin_array();
  while (json.next_element()) {
    json.begin_object();
    while (const auto key = json.next_key()) {
      if (*key != "rel") {
        json.skip();
      } else if (const auto rel = text_or_null(json); rel && *rel == "next") {
        page.has_next = true;
      }
    }
  }
}

// Runs read_field(key) -> bool for each field of the one entity in the reply, in an envelope or
// not. Whether the whole reply was well-formed.
template <class ReadField>
bool read_entity(JsonReader& json, ReadField read_field) {
  json.begin_object();
  while (const auto key = json.next_key()) {
    if (*key == "content" && json.peek() == JsonReader::Type::object) {
      json.begin_object();
      while (const auto inner = json.next_key()) {
        if (!read_field(*inner)) json.skip();
      }
    } else if (!read_field(*key)) {
      json.skip();
    }
  }
  return json.finish();
}

void read_violations(JsonReader& json, ErrorReply& reply) {
  json.begin_array();
  while (json.next_element()) {
    std::string field;
    std::string description;
    json.begin_object();
    while (const auto key = json.next_key()) {
      if (*key == "field") {
        take_text(json, field);
      } else if (*key == "description") {
        take_text(json, description);
      } else {
        json.skip();
      }
    }
    if (!json.failed()) reply.fields.push_back(fmt::format("{}: {}", field, description));
  }
}

void read_bad_request(JsonReader& json, ErrorReply& reply) {
  if (json.null()) return;
  json.begin_object();
  while (const auto key = json.next_key()) {
    if (*key == "fields" && json.peek() == JsonReader::Type::array) {
      read_violations(json, reply);
    } else {
      json.skip();
    }
  }
}

// Those of an array; a number in quotes is one too.
void read_numbers(JsonReader& json, std::vector<std::int64_t>& to) {
  json.begin_array();
  while (json.next_element()) {
    if (json.peek() == JsonReader::Type::number) {
      to.push_back(json.integer());
    } else if (json.peek() == JsonReader::Type::string) {
      const std::string_view text = json.text();
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc{} && end == text.data() + text.size()) to.push_back(number);
    } else {
      json.skip();
    }
  }
}

}  // namespace

Result<AccountPage> decode_account_page(std::string_view text, const Scope& scope,
                                        std::vector<ObservedAccount>& to) {
  JsonReader json(text);
  AccountPage page;
  bool has_results = false;
  json.begin_object();
  while (const auto key = json.next_key()) {
    if (*key == "results") {
      has_results = true;
      read_results(json, scope, page, to);
    } else if (*key == "totalCount" && json.peek() == JsonReader::Type::number) {
      page.total = json.integer();
    } else if (*key == "links") {
      read_links(json, page);
    } else {
      json.skip();
    }
  }
  if (!json.finish()) return no_json(json);
  if (!has_results) return corrupt("a listing without `results`");
  return page;
}

Result<ObservedAccount> decode_account(std::string_view text, const Scope& scope) {
  JsonReader json(text);
  ObservedAccount account;
  account.key.scope = scope;
  account.says_secrets = false;
  const bool well_formed = read_entity(
      json, [&](std::string_view key) { return read_account_field(json, key, account); });
  if (!well_formed) return no_json(json);
  if (account.key.client_id.empty()) return corrupt("a service account without `clientId`");
  return account;
}

Result<CreatedSecret> decode_created_secret(std::string_view text) {
  JsonReader json(text);
  SecretFields fields;
  const bool well_formed =
      read_entity(json, [&](std::string_view key) { return read_secret_field(json, key, fields); });
  if (!well_formed) return no_json(json);
  if (!fields.complete()) return corrupt("a new secret without `id`, `createdAt` or `expiresAt`");
  if (fields.value.empty()) return corrupt("a new secret without `secret`");
  SecretValue value = std::move(fields.value);
  return CreatedSecret{std::move(fields).seen(), std::move(value)};
}

Result<std::optional<int>> decode_max_validity_hours(std::string_view text) {
  JsonReader json(text);
  std::optional<int> hours;
  const bool well_formed = read_entity(json, [&](std::string_view key) {
    if (key != "maxServiceAccountSecretValidityInHours") return false;
    if (json.null()) return true;
    const std::int64_t value = json.integer();
    if (value < 0 || value > std::numeric_limits<int>::max()) json.fail();
    hours = static_cast<int>(value);
    return true;
  });
  if (!well_formed) return no_json(json);
  return hours;
}

Result<TokenReply> decode_token(std::string_view text) {
  JsonReader json(text);
  TokenReply reply;
  const bool well_formed = read_entity(json, [&](std::string_view key) {
    if (key == "access_token") {
      reply.token = SecretValue(json.text());
    } else if (key == "expires_in" && json.peek() == JsonReader::Type::number) {
      reply.expires_in = Seconds(json.integer());
    } else {
      return false;
    }
    return true;
  });
  if (!well_formed) return no_json(json);
  if (reply.token.empty()) return corrupt("a token reply without `access_token`");
  return reply;
}

ErrorReply decode_error(std::string_view text) {
  JsonReader json(text);
  ErrorReply reply;
  std::string oauth;
  std::string reason;
  const auto read_field = [&](std::string_view key) {
    if (key == "badRequestDetail") {
      read_bad_request(json, reply);
      return true;
    }
    if (json.peek() != JsonReader::Type::string) return false;
    if (key == "errorCode") {
      take_text(json, reply.code);
    } else if (key == "error") {
      take_text(json, oauth);
    } else if (key == "detail" || key == "error_description") {
      take_text(json, reply.detail);
    } else if (key == "reason") {
      take_text(json, reason);
    } else {
      return false;
    }
    return true;
  };
  if (!read_entity(json, read_field)) return {};
  if (reply.code.empty()) reply.code = std::move(oauth);
  if (reply.detail.empty()) reply.detail = std::move(reason);
  return reply;
}

std::optional<BucketSize> decode_bucket_size(std::string_view text) {
  JsonReader json(text);
  std::string code;
  std::vector<std::int64_t> numbers;
  const auto read_field = [&](std::string_view key) {
    if (key == "errorCode") {
      take_text(json, code);
    } else if (key == "parameters" && json.peek() == JsonReader::Type::array) {
      read_numbers(json, numbers);
    } else {
      return false;
    }
    return true;
  };
  if (!read_entity(json, read_field) || code != "RATE_LIMITED_TOKEN_BUCKET") return std::nullopt;
  if (numbers.size() != 4) return std::nullopt;
  const std::int64_t capacity = numbers[1];
  const std::int64_t refill = numbers[2];
  const std::int64_t period_s = numbers[3];
  constexpr std::int64_t kMost = 1'000'000'000;
  if (std::min({capacity, refill, period_s}) < 1 ||
      std::max({capacity, refill, period_s}) > kMost) {
    return std::nullopt;
  }
  const double per_minute = 60.0 * static_cast<double>(refill) / static_cast<double>(period_s);
  return BucketSize{static_cast<int>(capacity), per_minute};
}

}  // namespace keytide
