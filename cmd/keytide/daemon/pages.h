// Pages: what the service answers over HTTP: /metrics, /livez, /readyz and an index. Pure but for
// the metrics' text, which is asked for where it is needed.
//
// /livez and /readyz answer without a token, for the probes of a kubelet or a load balancer can
// seldom send one: "ok", or which check failed. With ?verbose, /readyz names organizations and
// sources, and asks for the token as /metrics does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cmd/keytide/daemon/health.h"
#include "core/base/secret_value.h"
#include "providers/http/message.h"

namespace keytide {

// Who may ask.
struct PageRules {
  // The address that is listened on. Where that is a loopback one, a request must name it (or
  // localhost) in its Host header: a web page in a browser on this host may call a name of its own
  // that it made point here.
  std::string address = "127.0.0.1";
  bool is_loopback = true;
  std::optional<SecretValue> token;  // absent: none is needed
};

// What the pages show.
struct PageContent {
  std::function<HealthReply()> livez;
  std::function<HealthReply(Detail)> readyz;
  std::function<std::string()> metrics;
};

HttpResponse page(const HttpRequest& request, const PageRules& rules, const PageContent& content);

}  // namespace keytide
