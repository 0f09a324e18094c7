#include "core/manifest/text_rules.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace keytide {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_'; }
bool is_low_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_hex(char c) { return is_low_hex(c) || (c >= 'A' && c <= 'F'); }

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

// The names between the slashes; "" for a doubled, leading or trailing one.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool is_scope_id(std::string_view text) { return text.size() == 24 && all(text, is_low_hex); }

bool is_client_id(std::string_view text) {
  constexpr std::string_view kPrefix = "mdb_sa_id_";
  return text.size() == kPrefix.size() + 24 && text.substr(0, kPrefix.size()) == kPrefix &&
         all(text.substr(kPrefix.size()), is_hex);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && is_word(text[0]) &&
         all(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && !is_digit(text[0]) && all(text, is_word);
}

bool is_mode(std::string_view text) {
  if (text.size() == 4 && text[0] == '0') text.remove_prefix(1);
  return text.size() == 3 && all(text, [](char c) { return c >= '0' && c <= '7'; });
}

std::uint32_t mode_of(std::string_view text) {
  std::uint32_t mode = 0;
  std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  return mode;
}

bool is_owner(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_word(text[0]) && all(text, [](char c) {
    return is_word(c) || c == '.' || c == '@' || c == '$' || c == '-';
  });
}

bool is_file_path(std::string_view text) {
  if (text.size() < 2 || text.front() != '/' || text.back() == '/') return false;
  if (text.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos) return false;
  const auto parts = parts_of(text);
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

bool is_root(std::string_view text) { return !text.empty() && text.front() == '/'; }

bool is_variable(std::string_view text) {
  return !text.empty() && !is_digit(text[0]) && all(text, is_word);
}

bool is_percent(std::string_view text) {
  if (text.size() < 2 || text.size() > 4 || text.back() != '%') return false;
  const std::string_view digits = text.substr(0, text.size() - 1);
  if (!all(digits, is_digit) || (digits.size() > 1 && digits[0] == '0')) return false;
  return digits.size() < 3 || digits == "100";
}

bool is_listen_address(std::string_view text) {
  if (text == "none") return true;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || !all(port, is_digit)) return false;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return all(host.substr(1, host.size() - 2),
               [](char c) { return is_hex(c) || c == ':' || c == '.'; });
  }
  int numbers = 0;
  for (std::size_t digits = 0; !host.empty(); host.remove_prefix(digits), ++numbers) {
    if (numbers > 0) {
      if (host.front() != '.') return false;
      host.remove_prefix(1);
    }
    digits = std::min(host.find('.'), host.size());
    if (digits == 0 || digits > 3 || !all(host.substr(0, digits), is_digit)) return false;
  }
  return numbers == 4;
}

int percent_of(std::string_view text) {
  int percent = 0;
  std::from_chars(text.data(), text.data() + text.size(), percent);
  return percent;
}

bool is_credential_name(std::string_view text) { return text == "default" || is_scope_id(text); }

bool is_git_ref(std::string_view text) {
  static constexpr std::string_view kMarks = "./+#@-";
  if (text.empty() || text.size() > 200 || !is_word(text.front())) return false;
  if (!all(text, [](char c) { return is_word(c) || kMarks.find(c) != std::string_view::npos; })) {
    return false;
  }
  if (text.back() == '.') return false;
  const auto parts = parts_of(text);
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && part.front() != '.' && !part.ends_with(".lock") &&
           part.find("..") == std::string_view::npos;
  });
}

bool is_git_path(std::string_view text) {
  if (text.empty() || text.front() == '/') return false;
  if (text.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos) return false;
  const auto parts = parts_of(text);
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

bool is_loopback_host(std::string_view host) {
  // "127.example.com" is somebody else's.
  const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "[::1]" || (is_address && host.substr(0, 4) == "127.");
}

std::string normal_path(std::string_view path) {
  const bool absolute = is_root(path);
  const bool is_plain = path.find("//") == std::string_view::npos &&
                        path.find("/.") == std::string_view::npos && path.size() > 1 &&
                        path.back() != '/' && path.front() != '.';
  if (is_plain) return std::string(path);
  std::vector<std::string_view> kept;
  for (const std::string_view part : parts_of(path)) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (part != ".." || !absolute) {
      kept.push_back(part);
    }
  }
  std::string out;
  for (const std::string_view part : kept) {
    if (absolute || !out.empty()) out += '/';
    out += part;
  }
  if (out.empty()) return absolute ? "/" : ".";
  return out;
}

bool is_within(std::string_view path, std::string_view folder) {
  if (folder == "/") return is_root(path);
  return path.substr(0, folder.size()) == folder &&
         (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace keytide
