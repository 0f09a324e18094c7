// The formats of a file sink: payload → bytes, and bytes → what they show. Pure: no file is
// touched.
//   raw    the value and nothing else, no newline
//   env    # keytide address=billing client_id=… secret_id=… generation=3 created_at=… expires_at=…
//          MONGODB_ATLAS_CLIENT_ID=mdb_sa_id_…
//          MONGODB_ATLAS_CLIENT_SECRET=…
//          for systemd's EnvironmentFile, `docker run --env-file` and a shell's `.` alike, which is
//          why values are never quoted
//   json   one object: client_id, client_secret, secret_id, address, generation, created_at,
//          expires_at
// The comment line and the keys of the object are the stamp: whose secret it is, and which.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/model/desired.h"
#include "core/ports/sink.h"

namespace keytide {

// More than any rendered payload: a file that is longer was not written by keytide.
inline constexpr std::size_t kContentBytesMax = 8192;

// The whole content. It holds the plaintext: wipe() it. Errors: invalid for a value or an id that
// the format can't carry, with the format that can.
Result<std::string> render_content(FileFormat format, const Payload& payload);

// What a content shows. The views point into the content that was parsed.
struct ParsedContent {
  std::string_view value;      // empty: none that could be told for certain
  std::string_view client_id;  // empty: the format carries none, or it is unreadable
  std::optional<std::int64_t> generation;
};

// Reads what render_content wrote, other lines and other keys beside it too. Whatever is ambiguous
// (two secrets, an id that differs from the stamp's, broken JSON) shows no value. Escapes of JSON
// are resolved in place, so the content is used up.
ParsedContent parse_content(FileFormat format, std::span<char> content);

}  // namespace keytide
