#include "cmd/keytide/control/client.h"

#include <fmt/format.h>

#include <utility>

#include "cmd/keytide/control/frame.h"
#include "cmd/keytide/saved_plan.h"
#include "cmd/keytide/settings.h"
#include "providers/system/atomic_file.h"
#include "providers/system/interrupt.h"
#include "providers/system/unix_socket.h"

namespace keytide {
namespace {

// How soon a Ctrl-C is noticed.
constexpr std::chrono::milliseconds kLook{200};

Result<std::unique_ptr<UnixStream>> find_service(const App& app) {
  const Settings settings = load_settings(app.line, app.environment);
  // What is wrong with them, or with the store, is told by the command itself.
  if (has_errors(settings.problems)) return std::unique_ptr<UnixStream>();
  const std::string path = control_path(settings.config);
  auto stream = UnixStream::connect(path);
  if (stream || stream.error().kind != ErrorKind::denied) {
    return stream ? std::move(*stream) : nullptr;
  }
  return fail(ErrorKind::denied,
              fmt::format("{} belongs to a service of another user: run this as that user, or as "
                          "root",
                          path));
}

Result<ControlRequest> request_of(const App& app) {
  ControlRequest request{app.arguments, app.user_at_host(), app.style.color, {}};
  const bool names_plan = app.line.command == "apply" && !app.line.arguments.empty();
  if (!names_plan) return request;
  // The service may live in a sandbox that this file is not in.
  auto text = read_file(app.line.arguments.front(), kPlanFileLimit);
  if (!text) return fail(std::move(text.error()).within("while reading the plan"));
  request.plan = std::move(*text);
  return request;
}

int hold_terminal(const App& app, UnixStream& service) {
  bool told_to_stop = false;
  // Before its turn, and at the question, a Ctrl-C ends this process, as it does everywhere; the
  // service sees that.
  bool is_under_way = false;
  const auto begin = [&] {
    if (!std::exchange(is_under_way, true)) catch_interrupts(kStoppingWord);
  };
  for (;;) {
    if (interrupted() && !std::exchange(told_to_stop, true)) {
      ControlFrame stop;
      stop.stop = true;
      if (!service.send(encode(stop))) break;
    }
    const auto line = service.receive(kLook);
    if (!line) break;
    if (!*line) continue;
    const auto frame = decode_frame(**line);
    if (!frame) break;
    if (frame->out && (app.line.auto_approve || !app.can_ask)) begin();
    if (frame->out) app.print(*frame->out);
    if (frame->err) app.console.err(*frame->err);
    if (frame->exit) return *frame->exit;
    if (!frame->ask) continue;
    ControlFrame answer;
    answer.answer = app.console.ask(*frame->ask);
    if (!service.send(encode(answer))) break;
    if (answer.answer) begin();
  }
  app.complain("the service ended, or closed the connection, in the middle of this command",
               "`keytide status` shows what was done");
  return 1;
}

}  // namespace

std::optional<int> run_at_service(const App& app) {
  const auto found = find_service(app);
  if (!found) {
    app.complain(found.error());
    return 1;
  }
  const std::unique_ptr<UnixStream>& service = *found;
  if (!service) return std::nullopt;
  if (!app.line.manifests.empty()) {
    app.complain("a service holds this state store, and goes by the sources of its configuration",
                 "leave -manifest out, or stop the service first");
    return 1;
  }
  const auto request = request_of(app);
  if (!request) {
    app.complain(request.error());
    return 1;
  }
  if (!service->send(encode(*request))) return std::nullopt;
  return hold_terminal(app, *service);
}

}  // namespace keytide
