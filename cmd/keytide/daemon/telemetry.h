// Telemetry: what the service counts while it works. The numbers that are read off a Snapshot are
// not here.
//
// Threads: any, at once. Does not block.
#pragma once

#include <chrono>
#include <string_view>

namespace keytide {

class Telemetry {
 public:
  virtual ~Telemetry() = default;

  // One request to Atlas. `operation` is an operationId of the public description, or "token" and
  // "revoke"; `status` is 0 where no reply came.
  virtual void on_request(std::string_view operation, int status,
                          std::chrono::microseconds length) = 0;
  // One create: "created", "rejected", "not_sent", "unknown".
  virtual void on_create(std::string_view outcome) = 0;
  // One delete of a secret.
  virtual void on_delete(bool succeeded) = 0;
  // One write to a sink: "file", "notify".
  virtual void on_delivery(std::string_view sink_type, bool succeeded) = 0;
  // One pass over a scope, from its first look to its last change.
  virtual void on_pass(bool succeeded, std::chrono::microseconds length) = 0;
  // One attempt to read the manifests.
  virtual void on_reload(bool succeeded) = 0;
};

}  // namespace keytide
