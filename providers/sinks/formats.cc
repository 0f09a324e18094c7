#include "providers/sinks/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/check.h"
#include "core/base/instant.h"
#include "providers/sinks/flat_json.h"

namespace keytide {
namespace {

constexpr std::string_view kStampStart = "# keytide ";
constexpr std::string_view kIdName = "MONGODB_ATLAS_CLIENT_ID=";
constexpr std::string_view kSecretName = "MONGODB_ATLAS_CLIENT_SECRET=";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What systemd, docker and a shell all take as it stands, without quotes.
bool is_bare(char c) {
  return is_letter_or_digit(c) || std::string_view("_-./:@%+,=").find(c) != std::string_view::npos;
}

bool all_bare(std::string_view text) { return std::all_of(text.begin(), text.end(), is_bare); }

// For the comment line: one word, whatever the address is.
std::string as_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_bare(c) && c != '%') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string stamp_of(const Payload& payload) {
  return fmt::format(
      "{}address={} client_id={} secret_id={} generation={} created_at={} expires_at={}\n",
      kStampStart, as_word(payload.address.str()), as_word(payload.client_id.str()),
      as_word(payload.secret_id.str()), payload.generation, format_instant(payload.created_at),
      format_instant(payload.expires_at));
}

// The buffers are sized first: a text that grows leaves copies of its old self behind.
Result<std::string> render_env(const Payload& payload, std::string_view value) {
  if (!all_bare(value) || !all_bare(payload.client_id.str())) {
    return fail(ErrorKind::invalid,
                "the secret has a character that `format: env` can't carry for systemd, docker and "
                "a shell alike; use `format: json` or `format: raw`");
  }
  std::string out;
  out.reserve(kContentBytesMax);
  out += stamp_of(payload);
  out.append(kIdName).append(payload.client_id.str()).append("\n");
  out.append(kSecretName).append(value).append("\n");
  return out;
}

std::string render_json(const Payload& payload, std::string_view value) {
  std::string out;
  out.reserve(kContentBytesMax);
  const auto member = [&out](std::string_view key, std::string_view text, std::string_view end) {
    out.append("  \"").append(key).append("\": ");
    append_json_string(out, text);
    out.append(end);
  };
  out += "{\n";
  member("client_id", payload.client_id.str(), ",\n");
  member("client_secret", value, ",\n");
  member("secret_id", payload.secret_id.str(), ",\n");
  member("address", payload.address.str(), ",\n");
  out += fmt::format("  \"generation\": {},\n", payload.generation);
  member("created_at", format_instant(payload.created_at), ",\n");
  member("expires_at", format_instant(payload.expires_at), "\n");
  out += "}\n";
  return out;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || stop != text.data() + text.size() || number < 0) return {};
  return number;
}

std::string_view next_line(std::string_view& left) {
  const std::size_t end = left.find('\n');
  std::string_view line = left.substr(0, end);
  left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The word after " name=" in the stamp; empty when there is none.
std::string_view word_of_stamp(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view word = line.substr(at + name.size());
  return word.substr(0, word.find(' '));
}

ParsedContent parse_env(std::string_view content) {
  ParsedContent out;
  std::string_view stamped_id;
  int ids = 0;
  int secrets = 0;
  while (!content.empty()) {
    const std::string_view line = next_line(content);
    if (line.starts_with(kStampStart) && stamped_id.empty()) {
      stamped_id = word_of_stamp(line, " client_id=");
      out.generation = number_in(word_of_stamp(line, " generation="));
    } else if (line.starts_with(kIdName)) {
      out.client_id = line.substr(kIdName.size());
      ++ids;
    } else if (line.starts_with(kSecretName)) {
      out.value = line.substr(kSecretName.size());
      ++secrets;
    }
  }
  // A stamp that was taken away does no harm; one that contradicts does.
  const bool id_agrees = stamped_id.empty() || stamped_id == out.client_id;
  if (ids != 1 || secrets != 1 || !id_agrees || !all_bare(out.value)) out.value = {};
  return out;
}

ParsedContent parse_json(std::span<char> content) {
  const auto members = parse_flat_json(content);
  if (!members) return {};
  ParsedContent out;
  for (const JsonMember& member : *members) {
    if (member.key == "client_id" && member.is_text) out.client_id = member.value;
    if (member.key == "client_secret" && member.is_text) out.value = member.value;
    if (member.key == "generation" && !member.is_text) out.generation = number_in(member.value);
  }
  if (out.client_id.empty()) out.value = {};
  return out;
}

}  // namespace

Result<std::string> render_content(FileFormat format, const Payload& payload) {
  CHECK(payload.value != nullptr, "a data sink is given the value");
  const std::string_view value = payload.value->reveal();
  if (value.empty()) return fail(ErrorKind::invalid, "there is no secret to write: it is empty");
  // Leaves room for the stamp, and for escapes that make six characters of one.
  if (value.size() > kContentBytesMax / 16 ||
      payload.address.str().size() > kContentBytesMax / 16) {
    return fail(ErrorKind::invalid,
                fmt::format("the secret or its address is longer than {} characters, which no file "
                            "sink takes",
                            kContentBytesMax / 16));
  }
  switch (format) {
    case FileFormat::env:
      return render_env(payload, value);
    case FileFormat::json:
      return render_json(payload, value);
    case FileFormat::raw:
      break;
  }
  std::string out;
  out.reserve(kContentBytesMax);  // on the heap, where wipe() reaches all of it
  return out.append(value);
}

ParsedContent parse_content(FileFormat format, std::span<char> content) {
  const std::string_view text(content.data(), content.size());
  switch (format) {
    case FileFormat::env:
      return parse_env(text);
    case FileFormat::json:
      return parse_json(content);
    case FileFormat::raw:
      break;
  }
  return ParsedContent{text, {}, {}};
}

}  // namespace keytide
