// The git program, as keytide runs it: without a shell, with a short environment of its own and
// without any configuration of the host's, so that neither a repository nor a user's habits decide
// what runs here. It never asks anybody for anything, starts no hook, filter or helper, follows no
// submodule, and speaks the one protocol of its source.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/manifest/config.h"
#include "providers/system/child_process.h"
#include "providers/system/environment.h"

namespace keytide {

// The environment of git for a source: of the host's only PATH, HOME (for ~/.netrc), the proxies,
// GIT_SSL_CAINFO and, where no key is named, the agent of ssh. Nothing of Atlas. Pure.
Environment git_environment(const GitConfig& source, const std::string& repository,
                            const Environment& host);

// The words before the subcommand. Pure.
std::vector<std::string> git_options(const GitConfig& source);

struct GitCall {
  std::vector<std::string> arguments;  // from the subcommand on
  std::string_view input{};            // borrowed
  std::size_t output_bytes_max = std::size_t{1} << 20;
};

class GitCommand {
 public:
  static constexpr std::chrono::milliseconds kTimeLimit{60'000};

  // `repository`: an absolute folder of our own. `host`: all variables of this process.
  GitCommand(const GitConfig& source, const std::string& repository, const Environment& host);

  // A git that fails is a result. Errors: those of run_child, where git is missing with the way
  // out; unavailable when it was not done within the limit. Blocks. Threads: any.
  Result<ChildResult> run(const GitCall& call) const;

  // As run(), for calls that answer with one line: without its newline. Absent: git said no.
  Result<std::optional<std::string>> line_of(const std::vector<std::string>& arguments) const;

  // Whether a program that git needs is in its PATH. Errors: not_found, with `why` and the package.
  Result<void> need_program(const std::string& name, std::string_view why) const;

 private:
  std::vector<std::string> options_;
  Environment environment_;
};

// What git complained of, in one line that is fit to be shown: others write parts of it.
std::string complaint_of(const ChildResult& result);

}  // namespace keytide
