#include "providers/sinks/notify_hook.h"

#include <fmt/format.h>

#include <algorithm>

#include "providers/system/child_process.h"
#include "providers/system/redact.h"

namespace keytide {
namespace {

constexpr std::size_t kErrorsShownMax = 400;
constexpr int kErrorLinesMax = 3;

// The last lines of what the program said, on one line and without control characters.
std::string last_words(const std::string& errors) {
  std::string text = redact(errors);
  while (text.ends_with('\n')) text.pop_back();
  std::size_t start = text.size();
  for (int line = 0; line < kErrorLinesMax && start != std::string::npos && start > 0; ++line) {
    start = text.rfind('\n', start - 1);
  }
  if (start != std::string::npos && start > 0) text.erase(0, start + 1);
  if (text.size() > kErrorsShownMax) text = "…" + text.substr(text.size() - kErrorsShownMax);
  std::replace(text.begin(), text.end(), '\n', '|');
  text.erase(std::remove_if(text.begin(), text.end(),
                            [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }),
             text.end());
  return text;
}

class HookProgram final : public Sink {
 public:
  HookProgram(const NotifyHook& spec, Environment inherited)
      : spec_(spec), inherited_(std::move(inherited)) {}

  Result<void> preflight() override {
    const auto path = inherited_.find("PATH");
    const auto found =
        find_program(name(), path == inherited_.end() ? std::string() : path->second);
    if (!found) return fail(Error(found.error()).within("notify"));
    return {};
  }

  Result<void> write(const Payload& payload) override {
    ChildRequest request;
    request.command = spec_.command;
    request.environment = inherited_;
    request.environment["KEYTIDE_ADDRESS"] = payload.address.str();
    request.environment["KEYTIDE_CLIENT_ID"] = payload.client_id.str();
    request.environment["KEYTIDE_SECRET_ID"] = payload.secret_id.str();
    request.environment["KEYTIDE_GENERATION"] = std::to_string(payload.generation);
    request.environment["KEYTIDE_EXPIRES_AT"] = format_instant(payload.expires_at);
    request.time_limit = spec_.timeout;
    const auto result = run_child(request);
    if (!result) return fail(Error(result.error()).within("notify"));
    if (result->succeeded()) return {};
    return fail(ErrorKind::io, complaint(*result));
  }

  Result<SinkReading> read(const FingerprintKey& /*key*/) override { return nothing_to_read(); }
  Result<SecretValue> take() override { return nothing_to_read(); }
  Result<void> adjust() override { return {}; }

 private:
  std::string name() const { return spec_.command.empty() ? "" : spec_.command.front(); }

  std::string complaint(const ChildResult& result) const {
    std::string text = fmt::format("the hook {} failed: {}", name(),
                                   describe(result, std::chrono::milliseconds(spec_.timeout)));
    if (result.timed_out) text += "; raise its `timeout` if it needs longer";
    const std::string said = last_words(result.errors);
    text += said.empty() ? ", and it said nothing" : fmt::format("; it said: {}", said);
    return text;
  }

  static tl::unexpected<Error> nothing_to_read() {
    return fail(ErrorKind::unsupported, "a notify hook holds nothing that could be read");
  }

  const NotifyHook spec_;
  const Environment inherited_;
};

}  // namespace

Environment inherited_by_hooks() {
  Environment out = environment_of({"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ",
                                    "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"});
  out.emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  return out;
}

std::unique_ptr<Sink> make_notify_hook(const NotifyHook& spec, Environment inherited) {
  return std::make_unique<HookProgram>(spec, std::move(inherited));
}

}  // namespace keytide
