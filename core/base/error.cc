#include "core/base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace keytide {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::refused:
      return "refused";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::rate_limited:
      return "rate_limited";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::io:
      return "io";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::unsupported:
      return "unsupported";
  }
  return "unknown";
}

Error Error::within(std::string where) && {
  context.push_back(std::move(where));
  return std::move(*this);
}

std::string Error::text() const {
  if (context.empty()) return message;
  return fmt::format("{} ({})", message, fmt::join(context, "; "));
}

bool is_transient(const Error& error) {
  return error.kind == ErrorKind::conflict || error.kind == ErrorKind::rate_limited ||
         error.kind == ErrorKind::unavailable;
}

}  // namespace keytide
