#include "cmd/keytide/command_words.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/manifest/words.h"

namespace keytide {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* used = &app;
  while (!used->get_subcommands().empty()) used = used->get_subcommands().front();
  return *used;
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

bool is_switch(const CLI::Option& option) { return option.get_expected_max() == 0; }

// "-out=FILE", "-json", "-refresh=false".
std::string spelling(const CLI::Option& option) {
  std::string out;
  for (const std::string& name : option.get_lnames()) {
    out += fmt::format("{}-{}", out.empty() ? "" : ", ", name);
  }
  std::string value = option.get_type_name();
  value.resize(std::min(value.find(':'), value.size()));  // its checks follow
  return value.empty() ? out : out + "=" + value;
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::string usage(const CLI::App& command) {
  std::string out = full_name(command);
  if (!command.get_subcommands({}).empty()) return out + " COMMAND [flags]";
  out += " [flags]";
  for (const CLI::Option* argument : arguments_of(command)) {
    const bool repeats = argument->get_expected_max() > 2;
    const std::string name = argument->get_name(true) + (repeats ? "..." : "");
    out += argument->get_required() ? " " + name : " [" + name + "]";
  }
  return out;
}

Rows flags_of(const CLI::App& command) {
  Rows rows;
  for (const CLI::Option* option : command.get_options({})) {
    const bool is_help = command.get_parent() != nullptr && option->check_lname("help");
    if (!option->get_positional() && !is_help)
      rows.emplace_back(spelling(*option), option->get_description());
  }
  return rows;
}

std::string table(std::string_view title, const Rows& rows) {
  if (rows.empty()) return "";
  constexpr std::size_t kWidthMost = 26;  // a name that is longer has its line to itself
  std::size_t width = 0;
  for (const auto& [name, what] : rows) {
    if (name.size() <= kWidthMost) width = std::max(width, name.size());
  }
  std::string out = fmt::format("\n{}:\n", title);
  for (const auto& [name, what] : rows) {
    if (name.size() > width) {
      out += fmt::format("  {}\n  {:{}}  {}\n", name, "", width, what);
    } else {
      out += fmt::format("  {:{}}  {}\n", name, width, what);
    }
  }
  return out;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                         std::string_view before) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view near = nearest_word(word, views);
  return near.empty() ? "" : fmt::format("; did you mean {}{}?", before, near);
}

std::string unknown_flag(const CLI::App& used, std::string_view typed) {
  typed.remove_prefix(std::min(typed.find_first_not_of('-'), typed.size()));
  const std::string_view name = typed.substr(0, typed.find('='));
  std::vector<std::string> known;
  for (const CLI::App* app = &used; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options({})) {
      known.insert(known.end(), option->get_lnames().begin(), option->get_lnames().end());
    }
  }
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    return fmt::format("-{} has to stand after the command", name);
  }
  return fmt::format("unknown flag -{}{}", name, did_you_mean(name, known, "-"));
}

// What the library could not place; empty where it could place everything.
std::string first_extra(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  return extras.empty() ? "" : extras.front();
}

// "--out" to "-out", as everywhere else.
std::string one_dash(std::string text) { return text.starts_with("--") ? text.substr(1) : text; }

// "Could not convert: --limit = x"
std::string bad_value(const CLI::App& used, const std::string& what) {
  const std::size_t dashes = what.find("--");
  const std::size_t equals = what.find(" = ");
  if (dashes == std::string::npos || equals == std::string::npos) return what;
  const std::string name = what.substr(dashes, equals - dashes);
  const CLI::Option* option = used.get_option_no_throw(name);
  const bool is_truth = option != nullptr && is_switch(*option);
  return fmt::format("{} can't be \"{}\": it takes {}", one_dash(name), what.substr(equals + 3),
                     is_truth ? "true or false" : "a whole number");
}

// "--out: 1 required TEXT missing", "FROM TO: At least 2 required but received 1", "ADDR is
// required"
std::string missing_or_too_many(const CLI::App& used, const std::string& what) {
  if (!what.starts_with("--")) return fmt::format("write `{}`", usage(used));
  const std::string name = what.substr(0, what.find_first_of(": "));
  return fmt::format("{0} needs a value: write {0}=VALUE", one_dash(name));
}

std::string problem_of(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& used = innermost(app);
  const std::string what = error.what();
  const bool is_required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  const bool lacks_command = is_required && what.find("ubcommand") != std::string::npos;
  if (lacks_command || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::string extra = first_extra(app);
    if (extra.empty()) return "say which command";
    if (extra.starts_with('-')) return unknown_flag(used, extra);
    if (lacks_command) return unknown_command(used, extra).problem;
    return fmt::format("too many arguments at \"{}\": write `{}`", extra, usage(used));
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) return bad_value(used, what);
  if (is_required || dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return missing_or_too_many(used, what);
  }
  return one_dash(what);
}

std::string where_to_read(const CLI::App& command) {
  return fmt::format("run `{} -help` for what can be said", full_name(command));
}

}  // namespace

std::string help_of(const CLI::App& app) {
  const CLI::App& used = innermost(app);
  Rows commands;
  for (const CLI::App* command : used.get_subcommands({})) {
    commands.emplace_back(command->get_name(), command->get_description());
  }
  Rows arguments;
  for (const CLI::Option* argument : arguments_of(used)) {
    arguments.emplace_back(argument->get_name(true), argument->get_description());
  }
  std::string out = fmt::format("{}\n\nUsage: {}\n", used.get_description(), usage(used));
  out += table("Commands", commands) + table("Arguments", arguments);
  const bool is_root = used.get_parent() == nullptr;
  if (!is_root) out += table("Flags", flags_of(used));
  return out + table("Flags of all commands", flags_of(app));
}

CommandMistake explain(const CLI::App& app, const CLI::ParseError& error) {
  return {problem_of(app, error), where_to_read(innermost(app))};
}

CommandMistake unknown_command(const CLI::App& parent, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : parent.get_subcommands({})) known.push_back(command->get_name());
  const std::string before = parent.get_parent() == nullptr ? "" : parent.get_name() + " ";
  return {fmt::format("unknown command: {}{}{}", before, word, did_you_mean(word, known, before)),
          where_to_read(parent)};
}

}  // namespace keytide
