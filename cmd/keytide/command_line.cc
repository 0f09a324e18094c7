#include "cmd/keytide/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <string_view>

#include "cmd/keytide/command_words.h"
#include "core/base/diagnostic.h"
#include "core/base/duration.h"

namespace keytide {
namespace {

struct Later {
  const char* name;
  const char* what;
};

// Named in the documentation already; refused plainly until they are there.
constexpr std::array kLater{
    Later{"forecast", "what will be renewed when"}, Later{"doctor", "checks the installation"},
    Later{"explain", "why an entry is as it is"},   Later{"fmt", "formats manifests"},
    Later{"completion", "shell completion"},
};

constexpr Seconds kIntervalMin{60};

// `-out=F` and `-json` are Terraform's spelling; the library reads `--out=F`.
std::vector<std::string> with_two_dashes(std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    if (argument == "--") break;
    const bool is_long = argument.size() > 2 && argument[0] == '-' && argument[1] != '-';
    if (is_long) argument.insert(0, "-");
  }
  return arguments;
}

// `keytide help [COMMAND]`, `keytide -version`: habits from other programs.
std::vector<std::string> with_habits(std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  const std::string first = arguments.front();
  if (first == "help") {
    arguments.erase(arguments.begin());
    arguments.push_back("--help");
  } else if (first == "-version" || first == "--version" || first == "-v") {
    arguments.front() = "version";
  }
  return arguments;
}

CommandLineMessage refusal(std::string problem, std::string way_out) {
  const Diagnostic one{Diagnostic::Severity::error, {}, std::move(problem), std::move(way_out), ""};
  return {render(one), 1, one.problem, one.way_out};
}

CommandLineMessage refusal(CommandMistake mistake) {
  return refusal(std::move(mistake.problem), std::move(mistake.way_out));
}

class Grammar {
 public:
  Grammar() : app_("keytide keeps the secrets of MongoDB Atlas service accounts fresh", "keytide") {
    app_.require_subcommand(1);
    app_.set_help_flag("--help,-h", "Shows this");
    app_.failure_message([](const CLI::App*, const CLI::Error&) { return std::string(); });
    app_.add_option("--config", line_.config, "The host's configuration file")->type_name("FILE");
    app_.add_option("--manifest", line_.manifests, "A manifest file or folder; repeatable")
        ->type_name("PATH")
        ->allow_extra_args(false);
    app_.add_option("--chdir", line_.chdir, "Changes to this folder first")->type_name("FOLDER");
    app_.add_flag("--no-color", line_.no_color, "No colours");
    app_.add_option("--log-format", line_.log_format, "logfmt or json")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"logfmt", "json"}));
    app_.add_option("--log-level", line_.log_level,
                    "debug, info, warn or error; of one component: info,atlas=debug")
        ->type_name("LEVEL");
    add_planning();
    add_reading();
    add_state();
    add_orphan();
    add_api();
  }

  std::variant<CommandLine, CommandLineMessage> parse(std::vector<std::string> arguments) {
    if (arguments.empty()) return refusal("say which command\n\n" + help_of(app_), "");
    arguments = with_habits(std::move(arguments));
    if (auto refused = refuse_command(arguments)) return *refused;
    arguments = with_two_dashes(std::move(arguments));
    std::reverse(arguments.begin(), arguments.end());
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return CommandLineMessage{help_of(app_), 0, "", ""};
    } catch (const CLI::ParseError& error) {
      return refusal(explain(app_, error));
    }
    return finish();
  }

 private:
  CLI::App* add(const std::string& name, const std::string& what) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->fallthrough();
    return command;
  }

  CLI::App* add_below(CLI::App* parent, const std::string& name, const std::string& what) {
    CLI::App* command = parent->add_subcommand(name, what);
    command->fallthrough();
    return command;
  }

  void add_json(CLI::App* command) {
    command->add_flag("--json", line_.json, "For programs: JSON");
  }

  void add_arguments(CLI::App* command, const std::string& name, const std::string& what, int least,
                     int most) {
    command->add_option(name, line_.arguments, what)->expected(least, most)->required(least > 0);
  }

  void add_lock(CLI::App* command) {
    command->add_option("--lock-timeout", lock_timeout_, "How long to wait for the lock (0s)")
        ->type_name("TIME");
  }

  // What plan, apply and rotate have in common.
  void add_plan_flags(CLI::App* command) {
    add_json(command);
    command->add_flag("--refresh{true}", line_.refresh, "Doesn't ask Atlas")->type_name("false");
    command->add_option("--target", line_.targets, "Only this address; repeatable")
        ->type_name("ADDR")
        ->allow_extra_args(false);
    command->add_option("--parallelism", line_.parallelism, "Accounts at a time (10)")
        ->type_name("N")
        ->check(CLI::Range(1, 256));
    command->add_flag("--input{true}", line_.input, "Never asks")->type_name("false");
    command->add_flag("--allow-foreign-cut", line_.allow_foreign_cut,
                      "A create may shorten live secrets that keytide did not make to 7 days");
    command->add_flag("--allow-large-change", line_.allow_large_change,
                      "Many entries may be removed or respecified at once");
    command->add_flag("--allow-clock-skew", line_.allow_clock_skew,
                      "The clocks of Atlas and of this host may disagree");
    add_lock(command);
  }

  void add_replace(CLI::App* command) {
    command->add_flag("--refresh-only", line_.refresh_only, "Only record what Atlas shows");
    command->add_option("--replace", line_.replace, "Rotate this address now; repeatable")
        ->type_name("ADDR")
        ->allow_extra_args(false);
  }

  void add_planning() {
    CLI::App* plan = add("plan", "Shows what apply would do, and why");
    add_plan_flags(plan);
    add_replace(plan);
    plan->add_option("--out", line_.out, "Saves the plan for `apply PLANFILE`")->type_name("FILE");
    plan->add_flag("--detailed-exitcode", line_.detailed_exitcode,
                   "0: nothing to do, 1: error, 2: changes");
    CLI::App* apply = add("apply", "Does what plan shows");
    add_plan_flags(apply);
    add_replace(apply);
    apply->add_flag("--auto-approve", line_.auto_approve, "Doesn't ask");
    add_arguments(apply, "PLANFILE", "A plan saved by `plan -out`", 0, 1);
    CLI::App* rotate = add("rotate", "Makes a new secret for an address now");
    add_plan_flags(rotate);
    rotate->add_flag("--auto-approve", line_.auto_approve, "Doesn't ask");
    add_arguments(rotate, "ADDR", "The address", 1, 1);
    add_import();
    add_run();
  }

  void add_run() {
    CLI::App* run = add("run", "The service: renews in time, for ever");
    run->add_flag("--once", line_.once, "Does what is due now, then ends: for timers");
    run->add_option("--interval", interval_, "Between two looks at everything (1h; at least 1m)")
        ->type_name("TIME");
    run->add_option("--parallelism", line_.parallelism, "Accounts at a time (10)")
        ->type_name("N")
        ->check(CLI::Range(1, 256));
    add_lock(run);
    add("reload", "Tells the service to read its files again, and what came of it");
  }

  void add_import() {
    CLI::App* import = add("import", "Takes over secrets that exist, without making new ones");
    import->add_flag("--from-sinks", line_.from_sinks,
                     "Every secret that a sink holds and no record names: the store was lost");
    import->add_option("--target", line_.targets, "Only this address; repeatable")
        ->type_name("ADDR")
        ->allow_extra_args(false);
    import->add_option("--parallelism", line_.parallelism, "Accounts at a time (10)")
        ->type_name("N")
        ->check(CLI::Range(1, 256));
    import->add_flag("--input{true}", line_.input, "Never asks")->type_name("false");
    import->add_flag("--auto-approve", line_.auto_approve, "Doesn't ask");
    add_json(import);
    add_lock(import);
    add_arguments(import, "ADDR SECRET_ID", "The address, and the id that Atlas lists", 0, 2);
  }

  void add_reading() {
    add_json(add("validate", "Checks the configuration and the manifests"));
    CLI::App* status = add("status", "How every entry is");
    add_json(status);
    status->add_flag("--watch", line_.watch, "Shows it again and again, by what is recorded");
    add_arguments(status, "ADDR", "One address", 0, 1);
    CLI::App* show = add("show", "One entry in detail, or a saved plan");
    add_json(show);
    add_arguments(show, "ADDR|PLANFILE", "An address or a plan file", 0, 1);
    CLI::App* events = add("events", "Who did what, when and why");
    add_json(events);
    events->add_option("--limit", line_.limit, "The newest so many")->type_name("N");
    add_arguments(events, "ADDR", "One address", 0, 1);
    add("schema", "Prints the JSON Schema of manifests");
    add_json(add("version", "Prints the version"));
  }

  void add_state() {
    CLI::App* state = add("state", "Looks at the state store and mends it");
    state->require_subcommand(1);
    add_json(add_below(state, "list", "Lists what is recorded"));
    CLI::App* show = add_below(state, "show", "One record in detail");
    add_json(show);
    add_arguments(show, "ADDR", "The address", 1, 1);
    CLI::App* mv = add_below(state, "mv", "Gives a record another address");
    add_lock(mv);
    add_arguments(mv, "FROM TO", "The old and the new address", 2, 2);
    CLI::App* rm = add_below(state, "rm", "Forgets records; their secrets stay in Atlas");
    add_lock(rm);
    add_arguments(rm, "ADDR", "The addresses", 1, 1000);
    add_arguments(add_below(state, "backup", "Copies the store while it is in use"), "FILE",
                  "The new file", 1, 1);
    CLI::App* unlock = add("force-unlock", "Clears what a dead process left of its lock");
    unlock->add_flag("--force", line_.force, "Accepted for Terraform's habit: nothing is asked");
  }

  void add_orphan() {
    CLI::App* orphan = add("orphan", "Secrets that may be keytide's own, left by a lost reply");
    orphan->require_subcommand(1);
    add_json(add_below(orphan, "list", "Lists them, and creates whose outcome is open"));
    CLI::App* adopt = add_below(orphan, "adopt",
                                "Somebody uses it: kept until it expires, or made the current one");
    add_lock(adopt);
    add_arguments(adopt, "ADDR SECRET_ID", "The address; the id, where there are several", 1, 2);
    CLI::App* remove = add_below(orphan, "delete", "Nobody uses it: deleted in Atlas");
    add_lock(remove);
    remove->add_flag("--auto-approve", line_.auto_approve, "Doesn't ask");
    remove->add_flag("--input{true}", line_.input, "Never asks")->type_name("false");
    add_arguments(remove, "ADDR SECRET_ID", "The address; the id, where there are several", 1, 2);
  }

  void add_api() {
    CLI::App* api = add("api", "Calls one endpoint of Atlas and prints its reply");
    api->require_subcommand(1);
    add_create(api, "create-org-secret", "--orgId", "createOrgServiceAccountSecret");
    add_create(api, "create-project-secret", "--groupId,--projectId",
               "createGroupServiceAccountSecret");
  }

  void add_create(CLI::App* api, const char* name, const char* scope, const char* operation) {
    CLI::App* command =
        add_below(api, name, fmt::format("{}: the reply shows the secret", operation));
    ApiOptions& api_options = line_.api;
    command->add_option(scope, api_options.scope_id, "24 hex digits")->type_name("ID")->required();
    command->add_option("--clientId", api_options.client_id, "mdb_sa_id_…")
        ->type_name("ID")
        ->required();
    command->add_option("--secretExpiresAfterHours", api_options.hours, "8 to 8760")
        ->type_name("HOURS")
        ->required();
    command->add_flag("--envelope", api_options.envelope, "Wraps the reply with its status");
    command->add_flag("--pretty", api_options.pretty, "Asks for white space");
    command->add_option("--version", api_options.version, "Of the API (2024-08-05)")
        ->type_name("DATE");
  }

  // The library would talk about the flags of a command that it does not know.
  std::optional<CommandLineMessage> refuse_command(const std::vector<std::string>& arguments) {
    const CLI::App* parent = &app_;
    for (const std::string& word : arguments) {
      if (word.starts_with('-') || parent->get_subcommands({}).empty()) return std::nullopt;
      for (const Later& later : kLater) {
        if (parent != &app_ || word != later.name) continue;
        return refusal(fmt::format("`keytide {}` ({}) is planned and not in this version",
                                   later.name, later.what),
                       "`keytide -help` lists what there is");
      }
      const auto found =
          parent->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
      if (found.empty()) return refusal(unknown_command(*parent, word));
      parent = found.front();
    }
    return std::nullopt;
  }

  std::variant<CommandLine, CommandLineMessage> finish() {
    const CLI::App* used = app_.get_subcommands().front();
    line_.command = used->get_name();
    for (; !used->get_subcommands().empty(); line_.command += " " + used->get_name()) {
      used = used->get_subcommands().front();
    }
    for (const auto& [flag, text, length] :
         {Length{"-lock-timeout", lock_timeout_, &line_.lock_timeout},
          Length{"-interval", interval_, &line_.interval}}) {
      if (text.empty()) continue;
      const auto parsed = parse_duration(text);
      if (!parsed) return refusal(fmt::format("{}: {}", flag, parsed.error().message), "");
      *length = *parsed;
    }
    if (line_.interval < kIntervalMin) {
      return refusal("-interval: a look at everything more often than each minute is no help",
                     "write 1m or more; renewals come at their own time, whatever it says");
    }
    return line_;
  }

  CommandLine line_;
  // A flag that takes a length of time, as it was typed, and where it goes.
  struct Length {
    std::string_view flag;
    std::string_view text;
    Seconds* length = nullptr;
  };
  std::string lock_timeout_;
  std::string interval_;
  CLI::App app_;
};

}  // namespace

std::variant<CommandLine, CommandLineMessage> parse_command_line(
    std::vector<std::string> arguments) {
  return Grammar().parse(std::move(arguments));
}

}  // namespace keytide
