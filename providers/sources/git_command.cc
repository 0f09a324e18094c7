#include "providers/sources/git_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/manifest/git_url.h"

namespace keytide {
namespace {

constexpr std::size_t kComplaintCharactersMax = 300;

// For the one place where git hands words to a shell: the command of ssh.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
    if (c == '%') out += c;  // ssh puts things in for %d and the like
  }
  return out + "'";
}

// Unknown host keys are refused and nothing is asked, as BatchMode makes it.
std::string ssh_command(const GitConfig& source) {
  std::string out =
      "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ForwardAgent=no -o PermitLocalCommand=no";
  if (!source.ssh_key_file.empty()) {
    out += fmt::format(" -o IdentitiesOnly=yes -i {}", quoted(source.ssh_key_file));
  }
  return out;
}

std::string_view protocol_of(const GitConfig& source) {
  switch (transport_of(source.url)) {
    case GitTransport::https:
      return "https";
    case GitTransport::http:
      return "http";
    case GitTransport::ssh:
      return "ssh";
  }
  return "https";
}

bool begins_in_words_of_git(std::string_view line) {
  constexpr std::array<std::string_view, 3> kWords{"fatal: ", "error: ", "ERROR: "};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return line.starts_with(word); });
}

}  // namespace

Environment git_environment(const GitConfig& source, const std::string& repository,
                            const Environment& host) {
  Environment out{
      {"GIT_DIR", repository},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_CONFIG_SYSTEM", "/dev/null"},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_ATTR_NOSYSTEM", "1"},
      {"GIT_TERMINAL_PROMPT", "0"},
      {"GIT_OPTIONAL_LOCKS", "0"},
      {"GIT_NO_REPLACE_OBJECTS", "1"},
      {"GIT_NO_LAZY_FETCH", "1"},
      {"GIT_LITERAL_PATHSPECS", "1"},
      {"GIT_SSH_COMMAND", ssh_command(source)},
      {"GIT_SSH_VARIANT", "ssh"},
      {"LC_ALL", "C"},
  };
  for (const char* name :
       {"PATH", "HOME", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GIT_SSL_CAINFO"}) {
    if (const auto found = host.find(name); found != host.end()) out.insert(*found);
  }
  const auto agent = host.find("SSH_AUTH_SOCK");
  const bool is_ssh = transport_of(source.url) == GitTransport::ssh;
  if (is_ssh && source.ssh_key_file.empty() && agent != host.end()) out.insert(*agent);
  return out;
}

std::vector<std::string> git_options(const GitConfig& source) {
  const std::string_view protocol = protocol_of(source);
  std::vector<std::string> out{"git", "--no-pager"};
  const auto set = [&](std::string setting) {
    out.emplace_back("-c");
    out.push_back(std::move(setting));
  };
  set("protocol.allow=never");
  set(fmt::format("protocol.{}.allow=always", protocol));
  // Where http ends is where the configuration says; https may be sent on, by https alone.
  set(fmt::format("http.followRedirects={}", protocol == "http" ? "false" : "initial"));
  set("http.lowSpeedLimit=1");
  set("http.lowSpeedTime=30");
  set("core.hooksPath=/dev/null");
  set("core.fsmonitor=false");
  set("core.attributesFile=/dev/null");
  set("core.askPass=");
  set("credential.helper=");
  set("submodule.recurse=false");
  set("transfer.fsckObjects=true");
  // A fetch is one pack, which git syncs to the disk.
  set("fetch.unpackLimit=1");
  set("core.fsync=all");
  set("gc.auto=0");
  set("maintenance.auto=false");
  set("gpg.program=/bin/false");
  set("gpg.x509.program=/bin/false");
  set("gpg.format=ssh");
  set("gpg.minTrustLevel=fully");
  if (!source.allowed_signers.empty()) {
    set(fmt::format("gpg.ssh.allowedSignersFile={}", source.allowed_signers));
  }
  return out;
}

GitCommand::GitCommand(const GitConfig& source, const std::string& repository,
                       const Environment& host)
    : options_(git_options(source)), environment_(git_environment(source, repository, host)) {}

Result<ChildResult> GitCommand::run(const GitCall& call) const {
  if (auto there = need_program("git", "sources are fetched by it"); !there) {
    return fail(std::move(there.error()));
  }
  ChildRequest request;
  request.command = options_;
  request.command.insert(request.command.end(), call.arguments.begin(), call.arguments.end());
  request.environment = environment_;
  request.directory.assign(1, '/');  // g++ 12 takes = "/" for an overlap, and warns
  request.plain_input = call.input;
  request.time_limit = kTimeLimit;
  request.output_bytes_max = call.output_bytes_max;
  auto result = run_child(request);
  if (result && result->timed_out) {
    return fail(ErrorKind::unavailable, fmt::format("git {} was {}", call.arguments.front(),
                                                    describe(*result, kTimeLimit)));
  }
  return result;
}

Result<std::optional<std::string>> GitCommand::line_of(
    const std::vector<std::string>& arguments) const {
  auto result = run({arguments});
  if (!result) return fail(std::move(result.error()));
  if (!result->succeeded()) return std::optional<std::string>();
  std::string line = std::move(result->output);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return std::optional(std::move(line));
}

Result<void> GitCommand::need_program(const std::string& name, std::string_view why) const {
  const auto path = environment_.find("PATH");
  const auto found = find_program(name, path == environment_.end() ? "" : path->second);
  if (found) return {};
  return fail(found.error().kind,
              fmt::format("{}, and {}: the Debian package is {}", found.error().message, why,
                          name == "git" ? "git" : "openssh-client"));
}

std::string complaint_of(const ChildResult& result) {
  std::string_view left = result.errors;
  std::string_view chosen;
  bool is_of_git = false;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (line.find_first_not_of(" \r") == std::string_view::npos) continue;
    const bool is_better = begins_in_words_of_git(line);
    // The first of git's own complaints is the cause, the rest follows from it.
    if (is_of_git || (!is_better && line.starts_with("hint: "))) continue;
    chosen = line;
    is_of_git = is_better;
  }
  if (is_of_git) chosen.remove_prefix(7);
  std::string out(chosen.substr(0, kComplaintCharactersMax));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out.empty() ? describe(result, GitCommand::kTimeLimit) : out;
}

}  // namespace keytide
