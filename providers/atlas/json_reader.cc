#include "providers/atlas/json_reader.h"

#include <charconv>

#include "core/base/secret_value.h"

namespace keytide {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A character that stands for itself within a string: ASCII, no quote, backslash or control.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

void append_utf8(std::string& to, unsigned code) {
  const auto put = [&](unsigned byte) { to += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

}  // namespace

JsonReader::~JsonReader() { wipe(decoded_); }

void JsonReader::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

char JsonReader::next() {
  skip_blanks();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonReader::take(char wanted) {
  if (failed_ || next() != wanted) return false;
  ++at_;
  return true;
}

bool JsonReader::take_word(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

JsonReader::Type JsonReader::peek() {
  if (failed_) return Type::end;
  switch (next()) {
    case '{':
      return Type::object;
    case '[':
      return Type::array;
    case '"':
      return Type::string;
    case 't':
    case 'f':
      return Type::boolean;
    case 'n':
      return Type::null;
    default:
      return at_ < text_.size() ? Type::number : Type::end;
  }
}

void JsonReader::open(char bracket) {
  if (!take(bracket) || depth_ == kDepthMax) return fail();
  first_[depth_++] = true;
}

void JsonReader::begin_object() { open('{'); }
void JsonReader::begin_array() { open('['); }

std::optional<std::string_view> JsonReader::next_key() {
  if (failed_) return std::nullopt;
  if (take('}')) {
    --depth_;
    return std::nullopt;
  }
  bool& first = first_[depth_ - 1];
  if (!first && !take(',')) {
    fail();
    return std::nullopt;
  }
  first = false;
  const std::string_view key = text();
  if (failed_ || !take(':')) {
    fail();
    return std::nullopt;
  }
  return key;
}

bool JsonReader::next_element() {
  if (failed_) return false;
  if (take(']')) {
    --depth_;
    return false;
  }
  bool& first = first_[depth_ - 1];
  if (!first && !take(',')) fail();
  first = false;
  return !failed_;
}

std::string_view JsonReader::text() {
  if (!take('"')) {
    fail();
    return {};
  }
  const std::size_t from = at_;
  while (at_ < text_.size()) {
    while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
    if (at_ == text_.size()) break;
    if (text_[at_] == '"') return text_.substr(from, at_++ - from);
    if (text_[at_] == '\\') return decode(from);
    if (!pass_utf8()) break;
  }
  fail();
  return {};
}

// From the first escape on: the string is built.
std::string_view JsonReader::decode(std::size_t from) {
  wipe(decoded_);
  decoded_.reserve(at_ - from + 64);
  decoded_.append(text_.substr(from, at_ - from));
  while (at_ < text_.size()) {
    const std::size_t start = at_;
    if (is_plain(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '"') {
      ++at_;
      return decoded_;
    } else if (text_[at_] == '\\') {
      if (!append_escape()) break;
      continue;
    } else if (!pass_utf8()) {
      break;
    }
    decoded_.append(text_.substr(start, at_ - start));
  }
  fail();
  return {};
}

std::optional<unsigned> JsonReader::hex4() {
  unsigned value = 0;
  const std::string_view digits = text_.substr(at_, 4);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4) return std::nullopt;
  at_ += 4;
  return value;
}

bool JsonReader::append_escape() {
  if (at_ + 1 >= text_.size()) return false;
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const char name = text_[at_ + 1];
  at_ += 2;
  if (const auto i = kNames.find(name); i != std::string_view::npos) {
    decoded_ += kValues[i];
    return true;
  }
  if (name != 'u') return false;
  auto code = hex4();
  if (!code || (*code >= 0xDC00 && *code < 0xE000)) return false;
  if (*code >= 0xD800 && *code < 0xDC00) {
    if (!take_word("\\u")) return false;
    const auto low = hex4();
    if (!low || *low < 0xDC00 || *low >= 0xE000) return false;
    code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
  }
  append_utf8(decoded_, *code);
  return true;
}

// One character of two to four bytes: no overlong forms, no surrogates, nothing past U+10FFFF.
bool JsonReader::pass_utf8() {
  const auto byte = [this](std::size_t i) {
    return at_ + i < text_.size() ? static_cast<unsigned char>(text_[at_ + i]) : 0U;
  };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  std::size_t length = 0;
  if (lead >= 0xC2 && lead < 0xE0) length = 2;
  if (lead >= 0xE0 && lead < 0xF0) length = 3;
  if (lead >= 0xF0 && lead < 0xF5) length = 4;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_tail(i)) return false;
  }
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) >= 0xA0)) return false;
  if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) >= 0x90)) return false;
  at_ += length;
  return length != 0;
}

bool JsonReader::pass_number() {
  const auto digits = [this] {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  };
  const auto is_here = [this](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (is_here('-')) ++at_;
  const bool zero = is_here('0');
  const std::size_t from = at_;
  if (!digits() || (zero && at_ - from > 1)) return false;
  if (is_here('.')) {
    ++at_;
    if (!digits()) return false;
  }
  if (is_here('e') || is_here('E')) {
    ++at_;
    if (is_here('+') || is_here('-')) ++at_;
    if (!digits()) return false;
  }
  return true;
}

std::int64_t JsonReader::integer() {
  if (peek() != Type::number) {
    fail();
    return 0;
  }
  const std::size_t from = at_;
  std::int64_t value = 0;
  if (!pass_number()) {
    fail();
    return 0;
  }
  const auto [end, error] = std::from_chars(text_.data() + from, text_.data() + at_, value);
  if (error != std::errc{} || end != text_.data() + at_) fail();
  return failed_ ? 0 : value;
}

bool JsonReader::boolean() {
  if (peek() == Type::boolean) {
    if (take_word("true")) return true;
    if (take_word("false")) return false;
  }
  fail();
  return false;
}

bool JsonReader::null() {
  if (peek() != Type::null) return false;
  if (!take_word("null")) fail();
  return !failed_;
}

// Depth is bounded by kDepthMax, so recursion is.
void JsonReader::skip() {
  switch (peek()) {
    case Type::object:
      begin_object();
      while (next_key()) skip();
      return;
    case Type::array:
      begin_array();
      while (next_element()) skip();
      return;
    case Type::string:
      text();
      return;
    case Type::number:
      if (!pass_number()) fail();
      return;
    case Type::boolean:
      boolean();
      return;
    case Type::null:
      null();
      return;
    case Type::end:
      fail();
      return;
  }
}

bool JsonReader::finish() {
  if (failed_ || depth_ != 0) return false;
  skip_blanks();
  return at_ == text_.size();
}

}  // namespace keytide
