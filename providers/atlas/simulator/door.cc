#include "providers/atlas/simulator/door.h"

#include <fmt/format.h>

#include <utility>

#include "providers/atlas/simulator/api_error.h"
#include "providers/atlas/simulator/bodies.h"
#include "providers/atlas/simulator/control_views.h"
#include "providers/atlas/simulator/json_text.h"

namespace keytide::simulator {
namespace {

constexpr std::string_view kControl = "/_sim/";

HttpResponse text_error(int status, std::string_view message) {
  std::string body;
  JsonObject(body).text("error", message).end();
  return json_response(status, std::move(body));
}

HttpResponse done() { return json_response(200, "{}"); }

HttpResponse add_faults(SimulatedAtlas& atlas, const HttpRequest& request) {
  auto faults = parse_faults(request.body);
  if (!faults) return text_error(400, faults.error().message);
  return atlas.with([&](State&, Faults& all, RequestLog&) {
    for (Fault& fault : *faults) all.add(std::move(fault));
    return done();
  });
}

}  // namespace

Door::Door(SimulatedAtlas& atlas, Clock& host, Mode mode)
    : atlas_(atlas),
      host_(host),
      mode_(mode),
      clock_(host.now(), host.since_boot(), mode == Mode::real ? 1 : 0) {}

Instant Door::now(Uptime uptime) {
  const std::lock_guard lock(mutex_);
  return clock_.now(uptime);
}

HttpReply Door::handle(const HttpRequest& request, const std::string& peer_ip) {
  const Uptime uptime = host_.since_boot();
  const Instant at = now(uptime);
  if (request.url.rfind(kControl, 0) == 0) return control(request, at, uptime);
  return atlas_.handle(request, peer_ip, at, uptime);
}

HttpReply Door::control(const HttpRequest& request, Instant now, Uptime uptime) {
  const std::string call = request.method + " " + request.url;
  const auto answer = [&]() -> HttpResponse {
    if (call == "GET /_sim/state") {
      return atlas_.with([&](State& state, Faults&, RequestLog&) {
        settle(state, now, uptime);
        return json_response(200, state_json(state, now));
      });
    }
    if (call == "GET /_sim/requests") {
      return atlas_.with([](State&, Faults&, RequestLog& requests) {
        return json_response(200, requests_json(requests));
      });
    }
    if (call == "DELETE /_sim/requests") {
      atlas_.with([](State&, Faults&, RequestLog& requests) { requests.clear(); });
      return done();
    }
    if (call == "POST /_sim/clock") return move_clock(request, uptime);
    if (call == "POST /_sim/faults") return add_faults(atlas_, request);
    if (call == "DELETE /_sim/faults") {
      atlas_.with([](State&, Faults& faults, RequestLog&) { faults.clear(); });
      return done();
    }
    return text_error(404,
                      "control is GET /_sim/state, GET and DELETE /_sim/requests, "
                      "POST /_sim/clock, POST and DELETE /_sim/faults");
  };
  return {answer(), {}};
}

HttpResponse Door::move_clock(const HttpRequest& request, Uptime uptime) {
  if (mode_ == Mode::real) {
    return text_error(409, "the clock follows the host: start atlas-sim with -clock=manual");
  }
  const auto command = parse_clock_command(request.body);
  if (!command) return text_error(400, command.error().message);
  const std::lock_guard lock(mutex_);
  if (command->advance) clock_.advance(*command->advance);
  if (command->set) clock_.set(*command->set, uptime);
  if (command->rate) clock_.set_rate(*command->rate, uptime);
  std::string body;
  JsonObject(body).text("now", format_instant(clock_.now(uptime))).end();
  return json_response(200, std::move(body));
}

}  // namespace keytide::simulator
