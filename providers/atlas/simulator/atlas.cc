#include "providers/atlas/simulator/atlas.h"

#include <fmt/format.h>

#include <utility>

#include "providers/atlas/simulator/api_error.h"
#include "providers/atlas/simulator/json_text.h"
#include "providers/atlas/simulator/listings.h"
#include "providers/atlas/simulator/media_type.h"
#include "providers/atlas/simulator/oauth.h"
#include "providers/atlas/simulator/rate_limit.h"
#include "providers/atlas/simulator/secrets.h"

namespace keytide::simulator {
namespace {

bool is_about_accounts(Action action) {
  return action == Action::list_accounts || action == Action::get_account ||
         action == Action::create_secret || action == Action::delete_secret;
}

bool has_body(Action action) {
  return action == Action::create_secret || action == Action::update_settings;
}

Need need_of(Action action) {
  switch (action) {
    case Action::list_accounts:
    case Action::get_account:
      return Need::reader;
    case Action::get_settings:
    case Action::get_org:
      return Need::member;
    default:
      return Need::owner;
  }
}

// The version that the public description has of an operation.
std::string_view version_of(Action action) {
  return is_about_accounts(action) ? "2024-08-05" : "2023-01-01";
}

// The organization or project of the path, or the 404 in its place.
std::variant<Site*, HttpResponse> find_site(const World& world, const Route& route) {
  const std::string_view kind = route.is_org ? "ORG" : "GROUP";
  if (!is_object_id(route.site_id)) {
    return api_error(404, fmt::format("INVALID_{}_ID", kind),
                     fmt::format("An invalid id {} was specified.", route.site_id));
  }
  Site* site = route.is_org ? world.find_org(route.site_id) : world.find_project(route.site_id);
  if (site != nullptr) return site;
  return api_error(404, fmt::format("{}_NOT_FOUND", kind),
                   fmt::format("Cannot find resource with id {}.", route.site_id));
}

HttpResponse rate_limited(const Settings& settings, const Call& call, const BucketSize& size,
                          std::int64_t retry_after_s) {
  if (settings.rate_limited_legacy) {
    return api_error(429, "RATE_LIMITED", "Too many requests: try again later.");
  }
  std::string parameters = "[";
  append_json_string(parameters, call.route.path);
  parameters += fmt::format(",{},{},{},60]", retry_after_s, size.capacity, size.refill_per_minute);
  return api_error(429, "RATE_LIMITED_TOKEN_BUCKET",
                   fmt::format("The rate limit of {} is used up: try again in {} seconds.",
                               call.route.path, retry_after_s),
                   {parameters, {}});
}

// What the bucket of a scope says to a call: headers for the reply, and perhaps the 429.
struct RateVerdict {
  std::vector<Header> headers;
  std::optional<HttpResponse> refusal;
};

RateVerdict check_rate(const Settings& settings, const Call& call, Site& site) {
  if (!settings.rate_limits || !is_about_accounts(call.route.action)) return {};
  const BucketSize size =
      site.is_org ? BucketSize{settings.org_capacity, settings.org_refill_per_minute}
                  : BucketSize{settings.project_capacity, settings.project_refill_per_minute};
  const BucketAnswer taken = take(site.bucket, size, call.now);
  RateVerdict out;
  if (settings.rate_limit_headers) {
    out.headers.push_back({"RateLimit-Limit", std::to_string(size.capacity)});
    out.headers.push_back({"RateLimit-Remaining", std::to_string(taken.remaining)});
  }
  if (!taken.allowed) {
    out.refusal = rate_limited(settings, call, size, taken.retry_after_s);
    if (settings.retry_after_header) {
      out.headers.push_back({"Retry-After", std::to_string(taken.retry_after_s)});
    }
  }
  return out;
}

// Wraps and indents as the query asks (parameters envelope, pretty).
void shape_body(const Settings& settings, const Call& call, HttpResponse& response) {
  std::string& body = response.body;
  if (body.empty() || body.front() != '{') return;
  const bool failed = response.status >= 400;
  const bool wrap = find_field(call.query, "envelope") == "true";
  if (wrap && (!failed || settings.envelope_errors)) {
    const bool list = !failed && (call.route.action == Action::list_accounts ||
                                  call.route.action == Action::list_orgs);
    if (list) {
      body.pop_back();
      body += fmt::format(",\"status\":{}}}", response.status);
    } else {
      body = fmt::format("{{\"content\":{},\"status\":{}}}", body, response.status);
    }
  }
  if (find_field(call.query, "pretty") == "true") body = pretty_json(body);
}

void set_content_type(HttpResponse& response, const std::string& media_type) {
  for (Header& header : response.headers) {
    if (header.name == "Content-Type") header.value = media_type;
  }
}

Outcome unknown_account(const Settings& settings, const Call& call) {
  return {api_error(
      404, settings.not_found_code,
      fmt::format("Cannot find resource service account with id {}.", call.route.client_id))};
}

}  // namespace

SimulatedAtlas::SimulatedAtlas(World world, Settings settings, std::uint64_t random_seed)
    : state_{std::move(world), std::move(settings), Random(random_seed), {}, {}, {}, {}} {}

HttpReply SimulatedAtlas::handle(const HttpRequest& request, const std::string& peer_ip,
                                 Instant now, Uptime uptime) {
  const std::lock_guard lock(mutex_);
  settle(state_, now, uptime);
  Call call{request, peer_ip, now, uptime, find_route(request.method, request.url), {}, {}};
  call.query = parse_form(call.route.query);
  HttpReply reply = answer_or_fault(call);
  const bool silent = reply.effects.cut == ReplyEffects::Cut::before_reply;
  reply.response.headers.push_back({"Date", format_http_date(now)});
  reply.response.headers.push_back({"X-Request-Id", state_.random.text(32, "0123456789abcdef")});
  requests_.add(operation_name(call.route),
                {request.method, request.url, silent ? 0 : reply.response.status, now});
  return reply;
}

HttpReply SimulatedAtlas::answer_or_fault(Call& call) {
  using Cut = ReplyEffects::Cut;
  const auto fault = faults_.take(call.request.method, call.request.url);
  if (fault && fault->status != 0) return {fault_response(*fault), {}};
  if (fault && fault->close == Fault::Close::before_commit) {
    return {{}, {std::chrono::milliseconds(0), Cut::before_reply}};
  }
  call.commit_duration = fault && fault->commit_late
                             ? fault->delay
                             : std::chrono::milliseconds(state_.settings.commit_duration_ms);
  Outcome outcome = answer(call);
  shape_body(state_.settings, call, outcome.response);
  HttpReply reply{std::move(outcome.response), {outcome.delay, Cut::none}};
  if (!fault) return reply;
  reply.effects.delay = std::max(reply.effects.delay, fault->delay);
  if (fault->close == Fault::Close::after_commit) reply.effects.cut = Cut::before_reply;
  if (fault->close == Fault::Close::mid_body) reply.effects.cut = Cut::mid_body;
  return reply;
}

Outcome SimulatedAtlas::answer(Call& call) {
  switch (call.route.action) {
    case Action::token:
      return {mint_token(state_, call)};
    case Action::revoke:
      return {revoke_token(state_, call)};
    case Action::unknown_path:
      return {api_error(404, "RESOURCE_NOT_FOUND",
                        fmt::format("Cannot find resource {}.", call.route.path))};
    case Action::unknown_method:
      return {api_error(405, "METHOD_NOT_ALLOWED",
                        fmt::format("{} is not allowed here.", call.request.method))};
    default:
      return answer_api(call);
  }
}

Outcome SimulatedAtlas::answer_api(Call& call) {
  const auto signed_in = sign_in(state_, call);
  if (const auto* refused = std::get_if<HttpResponse>(&signed_in)) return {*refused};
  const auto& who = std::get<Principal>(signed_in);
  if (auto refused = check_access_list(who, call.peer_ip)) return {*refused};
  const std::string_view accept = find_header(call.request.headers, "Accept").value_or("");
  const auto version = negotiate(accept, version_of(call.route.action), state_.settings);
  if (const auto* refused = std::get_if<HttpResponse>(&version)) return {*refused};

  Outcome out;
  if (call.route.action == Action::list_orgs) {
    out.response = list_orgs(state_, call, who);
  } else {
    const auto site = find_site(state_.world, call.route);
    if (const auto* missing = std::get_if<HttpResponse>(&site)) return {*missing};
    out = answer_for(call, who, *std::get<Site*>(site));
  }
  if (out.response.status < 400)
    set_content_type(out.response, std::get<Served>(version).media_type);
  return out;
}

Outcome SimulatedAtlas::answer_for(Call& call, const Principal& who, Site& site) {
  const Action action = call.route.action;
  RateVerdict rate = check_rate(state_.settings, call, site);
  const auto rules = [&]() -> Outcome {
    if (rate.refusal) return {*rate.refusal};
    if (auto refused = check_role(state_.settings, who, site, need_of(action))) return {*refused};
    const std::string_view content = find_header(call.request.headers, "Content-Type").value_or("");
    if (has_body(action) && !is_json_content(content)) {
      return {api_error(415, "UNSUPPORTED_MEDIA_TYPE",
                        fmt::format("The content type \"{}\" is not supported.", content))};
    }
    switch (action) {
      case Action::get_org:
        return {get_org(site)};
      case Action::get_settings:
        return {get_settings(site)};
      case Action::update_settings:
        return {update_settings(call, site)};
      case Action::list_accounts:
        return {list_accounts(state_, call, site)};
      default:
        break;
    }
    Account* account = state_.world.find_account(call.route.client_id);
    if (account == nullptr || account->home != &site) {
      return unknown_account(state_.settings, call);
    }
    if (action == Action::get_account) return {get_account(state_, *account)};
    if (action == Action::delete_secret) return {delete_secret(state_, call, *account)};
    return create_secret(state_, call, site, *account);
  };
  Outcome out = rules();
  auto& headers = out.response.headers;
  headers.insert(headers.end(), rate.headers.begin(), rate.headers.end());
  return out;
}

}  // namespace keytide::simulator
