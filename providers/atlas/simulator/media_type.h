// Versions of the Admin API: a request's Accept names a date, the newest version at or before it
// answers (media types application/vnd.atlas.YYYY-MM-DD+json).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "providers/atlas/simulator/settings.h"
#include "providers/http/message.h"

namespace keytide::simulator {

// The one version that the description has of an operation: "2024-08-05" of the service-account
// ones, "2023-01-01" of organizations and their settings.
struct Served {
  std::string media_type;
};

// The media type of the reply, or the 406 or 410 in its place.
std::variant<Served, HttpResponse> negotiate(std::string_view accept, std::string_view version,
                                             const Settings& settings);

// Whether a request body of that Content-Type is taken: plain JSON, and every version's.
bool is_json_content(std::string_view content_type);

}  // namespace keytide::simulator
