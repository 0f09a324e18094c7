#include "providers/sinks/flat_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace keytide {
namespace {

constexpr std::string_view kEscapes = "\"\\/bfnrt";
constexpr std::string_view kEscaped = "\"\\/\b\f\n\r\t";

// Reads from left to right and writes resolved escapes to the left of where it reads.
class Reader {
 public:
  explicit Reader(std::span<char> content) : at_(content.data()), end_(at_ + content.size()) {}

  void skip_blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_blanks();
    return at_ == end_;
  }

  std::optional<std::string_view> text() {
    if (!take('"')) return std::nullopt;
    char* const start = at_;
    char* out = at_;
    while (at_ < end_ && *at_ != '"') {
      if (static_cast<unsigned char>(*at_) < 0x20) return std::nullopt;
      if (*at_ != '\\') {
        *out++ = *at_++;
      } else if (!escape(out)) {
        return std::nullopt;
      }
    }
    if (at_ == end_) return std::nullopt;
    ++at_;
    return std::string_view(start, static_cast<std::size_t>(out - start));
  }

  std::optional<std::string_view> literal() {
    skip_blanks();
    const char* const start = at_;
    while (at_ < end_ && is_literal(*at_)) ++at_;
    if (at_ == start) return std::nullopt;
    return std::string_view(start, static_cast<std::size_t>(at_ - start));
  }

 private:
  static bool is_literal(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
           c == 'E';
  }

  // At a backslash: one resolved character. Of \u only what is ASCII: keytide writes no other.
  bool escape(char*& out) {
    if (end_ - at_ < 2) return false;
    const char kind = at_[1];
    if (const std::size_t known = kEscapes.find(kind); known != std::string_view::npos) {
      *out++ = kEscaped[known];
      at_ += 2;
      return true;
    }
    if (kind != 'u' || end_ - at_ < 6) return false;
    unsigned code = 0;
    const auto [stop, problem] = std::from_chars(at_ + 2, at_ + 6, code, 16);
    if (problem != std::errc{} || stop != at_ + 6 || code > 0x7F) return false;
    *out++ = static_cast<char>(code);
    at_ += 6;
    return true;
  }

  char* at_;
  char* end_;
};

std::optional<JsonMember> read_member(Reader& reader) {
  const auto key = reader.text();
  if (!key || !reader.take(':')) return std::nullopt;
  if (const auto text = reader.text()) return JsonMember{*key, *text, true};
  if (const auto literal = reader.literal()) return JsonMember{*key, *literal, false};
  return std::nullopt;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (const std::size_t known = kEscaped.find(c); known != std::string_view::npos && c != '/') {
      out += '\\';
      out += kEscapes[known];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::optional<std::vector<JsonMember>> parse_flat_json(std::span<char> content) {
  Reader reader(content);
  if (!reader.take('{')) return std::nullopt;
  std::vector<JsonMember> members;
  members.reserve(8);
  if (!reader.take('}')) {
    do {
      const auto member = read_member(reader);
      if (!member) return std::nullopt;
      const bool known = std::any_of(members.begin(), members.end(),
                                     [&](const JsonMember& m) { return m.key == member->key; });
      if (known) return std::nullopt;
      members.push_back(*member);
    } while (reader.take(','));
    if (!reader.take('}')) return std::nullopt;
  }
  if (!reader.at_end()) return std::nullopt;
  return members;
}

}  // namespace keytide
