#include "providers/atlas/simulator/media_type.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/instant.h"
#include "providers/atlas/simulator/api_error.h"
#include "providers/atlas/simulator/text.h"

namespace keytide::simulator {
namespace {

// The date in "application/vnd.atlas.2024-08-05+json"; absent where that is another type.
std::optional<std::string_view> date_of(std::string_view media_type) {
  constexpr std::string_view kStart = "application/vnd.atlas.";
  constexpr std::string_view kEnd = "+json";
  media_type = trim(media_type.substr(0, media_type.find(';')));
  if (media_type.size() < kStart.size() + kEnd.size()) return std::nullopt;
  if (!same_ignoring_case(media_type.substr(0, kStart.size()), kStart)) return std::nullopt;
  if (media_type.substr(media_type.size() - kEnd.size()) != kEnd) return std::nullopt;
  media_type.remove_prefix(kStart.size());
  media_type.remove_suffix(kEnd.size());
  return media_type;
}

bool is_date(std::string_view text) {
  const bool shaped = text.size() == 10 && std::all_of(text.begin(), text.end(), [](char c) {
                        return c == '-' || (c >= '0' && c <= '9');
                      });
  return shaped && parse_instant(std::string(text) + "T00:00:00Z").has_value();
}

bool is_retired(std::string_view date, const Settings& settings) {
  for (const std::string_view retired : split(settings.retired_versions, ',')) {
    if (trim(retired) == date) return true;
  }
  return false;
}

}  // namespace

std::variant<Served, HttpResponse> negotiate(std::string_view accept, std::string_view version,
                                             const Settings& settings) {
  for (const std::string_view one : split(accept, ',')) {
    const auto date = date_of(one);
    if (!date) continue;
    if (is_retired(*date, settings)) {
      return api_error(410, "VERSION_GONE", fmt::format("Version {} is no longer served.", *date));
    }
    // Dates of equal length compare as text.
    if (is_date(*date) && *date >= version) {
      return Served{fmt::format("application/vnd.atlas.{}+json", version)};
    }
    return api_error(406, "INVALID_VERSION_DATE",
                     fmt::format("Invalid accept header version date {}.", *date));
  }
  if (!settings.accept_needs_version) {
    return Served{fmt::format("application/vnd.atlas.{}+json", version)};
  }
  return api_error(406, "INVALID_VERSION_DATE",
                   "The accept header names no version such as "
                   "application/vnd.atlas.2024-08-05+json.");
}

bool is_json_content(std::string_view content_type) {
  const std::string_view bare = trim(content_type.substr(0, content_type.find(';')));
  if (same_ignoring_case(bare, "application/json")) return true;
  const auto date = date_of(bare);
  return date && is_date(*date);
}

}  // namespace keytide::simulator
