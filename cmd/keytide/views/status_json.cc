#include "cmd/keytide/views/status_json.h"

#include "cmd/keytide/views/json_object.h"

namespace keytide {
namespace {

std::vector<JsonObject> secrets_json(const StatusRow& row) {
  std::vector<JsonObject> secrets;
  for (const StatusSecret& secret : row.secrets) {
    secrets.push_back(JsonObject()
                          .text("id", secret.id.str())
                          .text("role", secret.role)
                          .text("masked", secret.masked)
                          .moment("created_at", secret.created_at)
                          .moment("expires_at", secret.expires_at)
                          .moment("last_used_at", secret.last_used_at));
  }
  return secrets;
}

std::vector<JsonObject> sinks_json(const StatusRow& row) {
  std::vector<JsonObject> sinks;
  for (const StatusSink& sink : row.sinks) {
    sinks.push_back(JsonObject()
                        .text("name", sink.name.str())
                        .text("status", sink.status)
                        .number("generation", sink.generation));
  }
  return sinks;
}

JsonObject row_json(const StatusRow& row) {
  return JsonObject()
      .text("address", row.address.str())
      .text("scope", describe(row.key.scope))
      .text("client_id", row.key.client_id.str())
      .text("phase", name_of(row.phase))
      .text("reason", row.reason)
      .moment("renew_at", row.renew_at)
      .number("failures", row.waiting ? row.waiting->failures : 0)
      .moment("next_try_at",
              row.waiting ? std::optional(row.waiting->next_try) : std::optional<Instant>())
      .objects("secrets", secrets_json(row))
      .objects("sinks", sinks_json(row));
}

}  // namespace

std::string json_status(const std::vector<StatusRow>& rows) {
  std::vector<JsonObject> objects;
  for (const StatusRow& row : rows) objects.push_back(row_json(row));
  return json_array(objects);
}

std::string json_show(const StatusRow& row) {
  JsonObject object = row_json(row);
  object.text("way_out", row.way_out).text("owner", row.owner);
  if (row.lifetime) {
    object.number("lifetime_hours",
                  std::chrono::duration_cast<std::chrono::hours>(*row.lifetime).count());
  } else {
    object.null("lifetime_hours");
  }
  object.number("generation", row.generation)
      .moment("switched_at", row.switched_at)
      .texts("planned", row.planned)
      .texts("notes", row.notes);
  return object.str() + "\n";
}

}  // namespace keytide
