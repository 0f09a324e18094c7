#include "cmd/keytide/control/server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <future>
#include <utility>

#include "cmd/keytide/dispatch.h"
#include "core/base/diagnostic.h"
#include "providers/system/redact.h"

namespace keytide {
namespace {

constexpr int kServedAtOnce = 16;
constexpr std::chrono::seconds kRequestWithin{10};
// A forgotten question holds nothing but a caller's place.
constexpr std::chrono::minutes kAnswerWithin{10};
constexpr std::chrono::seconds kAnswerLook{1};
// After so long a person is told why nothing happens.
constexpr std::chrono::seconds kPatience{2};

class RemoteConsole : public Console {
 public:
  RemoteConsole(UnixStream& stream, const Loop& loop) : stream_(stream), loop_(loop) {}

  bool out(std::string_view text) override {
    ControlFrame frame;
    frame.out = std::string(text);
    return send(frame);
  }
  void err(std::string_view text) override {
    ControlFrame frame;
    frame.err = std::string(text);
    send(frame);
  }
  std::optional<std::string> ask(std::string_view question) override {
    ControlFrame frame;
    frame.ask = std::string(question);
    if (!send(frame)) return std::nullopt;
    for (auto waited = kAnswerLook; waited <= kAnswerWithin; waited += kAnswerLook) {
      const auto line = stream_.receive(kAnswerLook);
      if (!line) return std::nullopt;
      if (loop_.is_stopping()) return no_answer("the service is stopping");
      if (!*line) continue;
      const auto answer = decode_frame(**line);
      return answer ? answer->answer : std::nullopt;
    }
    return no_answer(fmt::format("there was no answer within {} minutes", kAnswerWithin.count()));
  }
  bool has_failed() const override { return is_gone_; }
  bool wants_stop() override {
    const std::lock_guard lock(mutex_);
    if (!stop_) {
      const auto line = stream_.receive(std::chrono::milliseconds(0));
      stop_ = !line || *line;
    }
    return stop_ || is_gone_ || loop_.is_stopping();
  }

 private:
  // An answer that approves nothing.
  std::string no_answer(std::string_view why) {
    err(fmt::format("\nerror: {}\n", why));
    return "";
  }
  bool send(const ControlFrame& frame) {
    // Who does not read is not waited for twice.
    if (!is_gone_ && !stream_.send(encode(frame))) is_gone_ = true;
    return !is_gone_;
  }

  UnixStream& stream_;
  const Loop& loop_;
  std::atomic<bool> is_gone_{false};
  std::mutex mutex_;
  bool stop_ = false;  // the person said so, or left
};

void refuse(UnixStream& stream, std::string_view why) {
  ControlFrame frame;
  frame.err = fmt::format("error: {}\n", why);
  frame.exit = 1;
  // Who left needs no reason.
  [[maybe_unused]] const auto sent = stream.send(encode(frame));
}

}  // namespace

ControlServer::ControlServer(const App& app, Workspace& workspace, Loop& loop,
                             std::unique_ptr<UnixListener> listener,
                             std::function<int(const App&)> reload)
    : app_(app),
      workspace_(workspace),
      loop_(loop),
      listener_(std::move(listener)),
      reload_(std::move(reload)) {}

void ControlServer::accept() {
  while (auto stream = listener_->accept()) {
    if (!stream->is_trusted()) {
      refuse(*stream, "the service runs as another user: run this as that user, or as root");
      continue;
    }
    if (served_ >= kServedAtOnce) {
      refuse(*stream, "the service has too many callers: try again in a moment");
      continue;
    }
    ++served_;
    jobs_.start([this, shared = std::shared_ptr<UnixStream>(std::move(stream))] {
      serve(shared);
      --served_;
    });
  }
}

void ControlServer::serve(const std::shared_ptr<UnixStream>& stream) {
  RemoteConsole console(*stream, loop_);
  const auto line = stream->receive(kRequestWithin);
  if (!line || !*line) return;
  ControlFrame end;
  const auto request = decode_request(**line);
  if (request) {
    end.exit = carry_out(*request, console);
  } else {
    console.err("error: " + request.error().text() + "\n");
    end.exit = 1;
  }
  // Who left needs no exit code.
  [[maybe_unused]] const auto sent = stream->send(encode(end));
}

int ControlServer::carry_out(const ControlRequest& request, Console& console) {
  auto parsed = parse_command_line(request.arguments);
  if (const auto* message = std::get_if<CommandLineMessage>(&parsed)) {
    console.err(redact(message->text));
    return message->exit_code;
  }
  CommandLine line = std::move(std::get<CommandLine>(parsed));
  const bool can_ask = line.input && !line.json;
  App app{std::move(line),
          request.arguments,
          app_.environment,
          app_.clock,
          app_.log,
          console,
          Style{request.color},
          false,
          can_ask,
          HostedCommand{&workspace_, request.user, request.plan, {}}};
  app.hosted->alone = [&](const std::function<int()>& work, Alone kind) {
    return run_alone(app, work, kind);
  };
  if (app.line.command == "reload") return reload_(app);
  const int code = dispatch(app);
  app_.log.info("command carried out",
                {{"command", app.line.command},
                 {"by", request.user},
                 {"arguments", fmt::format("{}", fmt::join(app.line.arguments, " "))},
                 {"exit", fmt::format("{}", code)}});
  return code;
}

int ControlServer::run_alone(const App& app, const std::function<int()>& work, Alone kind) {
  std::promise<void> turn;
  std::promise<int> exit;
  auto turned = turn.get_future();
  auto ended = exit.get_future();
  const auto command = [&](bool may_run) {
    turn.set_value();
    const bool is_wanted = may_run && !app.console.wants_stop();
    if (!may_run) {
      app.complain("the service is stopping", "start it again, or run this without it");
    } else if (!is_wanted) {
      app.complain("interrupted before its turn: nothing was done", "run the command again");
    }
    exit.set_value(is_wanted ? work() : 1);
  };
  loop_.request_alone(command, kind == Alone::acts);
  if (turned.wait_for(kPatience) == std::future_status::timeout && !app.line.json) {
    app.complain_text("Waiting for the service to finish what it is doing.\n");
  }
  return ended.get();
}

}  // namespace keytide
