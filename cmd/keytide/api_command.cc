#include "cmd/keytide/api_command.h"

#include <fmt/format.h>

namespace keytide {

Result<bool> run_api_create(AtlasClient& client, const RawCreate& create,
                            const std::function<void(std::string_view)>& print) {
  auto reply = create_raw(client, create);
  if (!reply) return fail(std::move(reply.error()));
  if (reply->body.empty()) {
    return fail(ErrorKind::unavailable,
                fmt::format("Atlas answered {} without a body", reply->status));
  }
  print(reply->body);
  if (!reply->body.ends_with('\n')) print("\n");
  const bool created = reply->status == 201;
  wipe(reply->body);
  return created;
}

}  // namespace keytide
