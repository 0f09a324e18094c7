// What keytide says about its own command line: the help, and what is wrong with what was typed, in
// Terraform's spelling (`-flag=VALUE`) instead of the flags library's. Pure.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace keytide {

// A mistake and its way out.
struct CommandMistake {
  std::string problem;  // "unknown flag -otu; did you mean -out?"
  std::string way_out;  // "run `keytide plan -help` for what can be said"
};

// The help of the innermost command that was typed.
std::string help_of(const CLI::App& app);

CommandMistake explain(const CLI::App& app, const CLI::ParseError& error);

// A word that is no command: of keytide, or of `state` or `api`.
CommandMistake unknown_command(const CLI::App& parent, const std::string& word);

}  // namespace keytide
