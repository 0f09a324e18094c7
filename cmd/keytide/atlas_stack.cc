#include "cmd/keytide/atlas_stack.h"

#include <fmt/format.h>

#include "cmd/keytide/logins.h"
#include "cmd/keytide/version.h"

namespace keytide {

namespace {

std::optional<MeasuredTransport> measure(Transport& transport, const App& app,
                                         Telemetry* telemetry) {
  if (telemetry == nullptr) return std::nullopt;
  return std::optional<MeasuredTransport>(std::in_place, transport, app.clock, *telemetry);
}

Transport& outer(Transport& transport, std::optional<MeasuredTransport>& measured) {
  return measured ? *measured : transport;
}

}  // namespace

AtlasStack::AtlasStack(CurlTransportOptions transport_options, const App& app, AtlasOptions options,
                       Credentials credentials, Telemetry* telemetry)
    : log(app.log, "atlas"),
      transport(std::move(transport_options)),
      measured(measure(transport, app, telemetry)),
      client(outer(transport, measured), app.clock, log, std::move(options),
             std::move(credentials)),
      issuer(client) {}

Result<std::unique_ptr<AtlasStack>> connect_atlas(const App& app, const AtlasConfig& config,
                                                  Telemetry* telemetry) {
  const Variables variables = process_variables();
  auto url = atlas_base_url(config.base_url, variables);
  if (!url) return fail(std::move(url.error()));
  auto credentials = read_credentials(config, variables);
  if (!credentials) return fail(std::move(credentials.error()));
  AtlasOptions options;
  options.base_url = std::move(*url);
  options.timeout = config.timeout;
  options.jitter_seed = host_name();
  CurlTransportOptions transport;
  transport.ca_file = config.ca_file;
  transport.user_agent = fmt::format("keytide/{}", kVersion);
  transport.idle_handles = static_cast<std::size_t>(app.line.parallelism);
  return std::make_unique<AtlasStack>(std::move(transport), app, std::move(options),
                                      std::move(*credentials), telemetry);
}

}  // namespace keytide
