#include "cmd/keytide/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keytide {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CommandLine parsed(std::vector<std::string> arguments) {
  auto result = parse_command_line(std::move(arguments));
  if (auto* message = std::get_if<CommandLineMessage>(&result)) {
    ADD_FAILURE() << message->text;
    return {};
  }
  return std::get<CommandLine>(result);
}

CommandLineMessage refused(std::vector<std::string> arguments) {
  auto result = parse_command_line(std::move(arguments));
  if (auto* message = std::get_if<CommandLineMessage>(&result)) return *message;
  ADD_FAILURE() << "it was accepted";
  return {};
}

TEST(CommandLine, TakesOneDashOrTwoBeforeOrAfterTheArguments) {
  const CommandLine line = parsed({"apply", "-auto-approve", "saved.plan", "--parallelism=4"});
  EXPECT_EQ(line.command, "apply");
  EXPECT_TRUE(line.auto_approve);
  EXPECT_EQ(line.parallelism, 4);
  EXPECT_THAT(line.arguments, ElementsAre("saved.plan"));
  EXPECT_THAT(parsed({"apply", "saved.plan", "-auto-approve"}).arguments,
              ElementsAre("saved.plan"));
}

TEST(CommandLine, TakesTheFlagsOfAllCommandsBeforeAndAfterTheCommand) {
  EXPECT_EQ(parsed({"-config=a.yaml", "plan"}).config, "a.yaml");
  EXPECT_EQ(parsed({"plan", "-config=a.yaml"}).config, "a.yaml");
  EXPECT_EQ(parsed({"plan", "-config", "a.yaml"}).config, "a.yaml");
  EXPECT_EQ(parsed({"state", "list", "-config=a.yaml"}).config, "a.yaml");
}

TEST(CommandLine, ReadsSwitchesThatAreOnUnlessTheyAreTurnedOff) {
  EXPECT_TRUE(parsed({"plan"}).refresh);
  EXPECT_FALSE(parsed({"plan", "-refresh=false"}).refresh);
  EXPECT_FALSE(parsed({"apply", "-input=false"}).input);
}

TEST(CommandLine, RepeatsTargets) {
  EXPECT_THAT(parsed({"plan", "-target=a", "-target", "b", "-replace=c"}).targets,
              ElementsAre("a", "b"));
}

TEST(CommandLine, KnowsCommandsOfTwoWords) {
  EXPECT_EQ(parsed({"state", "mv", "a", "b"}).command, "state mv");
  const CommandLine line = parsed({"api", "create-org-secret", "-orgId=32b6e34b3d91647abb20e7b8",
                                   "-clientId=mdb_sa_id_1234567890abcdef12345678",
                                   "-secretExpiresAfterHours=8", "-pretty"});
  EXPECT_EQ(line.command, "api create-org-secret");
  EXPECT_EQ(line.api.hours, "8");
  EXPECT_TRUE(line.api.pretty);
}

TEST(CommandLine, ReadsTheLockTimeoutAsADuration) {
  EXPECT_EQ(parsed({"apply", "-lock-timeout=5m"}).lock_timeout, Seconds(300));
  EXPECT_THAT(refused({"apply", "-lock-timeout=5"}).text, HasSubstr("-lock-timeout: \"5\""));
}

TEST(CommandLine, RefusesWhatItDoesNotKnowAndNamesTheHelp) {
  const CommandLineMessage flag = refused({"plan", "-detailed-exit-code"});
  EXPECT_EQ(flag.exit_code, 1);
  EXPECT_THAT(flag.text,
              HasSubstr("unknown flag -detailed-exit-code; did you mean -detailed-exitcode?"));
  EXPECT_THAT(flag.text, HasSubstr("keytide plan -help"));
  EXPECT_THAT(refused({"paln"}).text, HasSubstr("paln"));
  EXPECT_THAT(refused({}).text, HasSubstr("say which command"));
}

TEST(CommandLine, SaysWhichWordWasMeant) {
  EXPECT_EQ(refused({"paln", "-out=x"}).problem, "unknown command: paln; did you mean plan?");
  EXPECT_EQ(refused({"state", "lst"}).problem,
            "unknown command: state lst; did you mean state list?");
  EXPECT_EQ(refused({"-chdir=/tmp", "paln"}).problem, "unknown command: paln; did you mean plan?");
  EXPECT_EQ(refused({"apply", "-replce=a"}).problem,
            "unknown flag -replce; did you mean -replace?");
  EXPECT_EQ(refused({"-json", "plan"}).problem, "-json has to stand after the command");
  EXPECT_EQ(refused({"plan", "-xyzzy"}).problem, "unknown flag -xyzzy");
}

TEST(CommandLine, SaysWhatIsMissingOrTooMuch) {
  EXPECT_EQ(refused({"rotate"}).problem, "write `keytide rotate [flags] ADDR`");
  EXPECT_EQ(refused({"state", "mv", "a"}).problem, "write `keytide state mv [flags] FROM TO`");
  EXPECT_EQ(refused({"status", "a", "b"}).problem, "write `keytide status [flags] [ADDR]`");
  EXPECT_EQ(refused({"schema", "x"}).problem,
            "too many arguments at \"x\": write `keytide schema [flags]`");
  EXPECT_EQ(refused({"plan", "-out"}).problem, "-out needs a value: write -out=VALUE");
  EXPECT_EQ(refused({"api", "create-org-secret"}).problem,
            "-orgId needs a value: write -orgId=VALUE");
}

TEST(CommandLine, SaysWhatAFlagTakes) {
  EXPECT_EQ(refused({"plan", "-json=x"}).problem, "-json can't be \"x\": it takes true or false");
  EXPECT_EQ(refused({"events", "-limit=x"}).problem,
            "-limit can't be \"x\": it takes a whole number");
  EXPECT_THAT(refused({"plan", "-parallelism=0"}).problem,
              HasSubstr("-parallelism: Value 0 not in"));
}

TEST(CommandLine, RefusesPlainlyWhatComesLater) {
  EXPECT_THAT(refused({"doctor"}).text, HasSubstr("not in this version"));
  EXPECT_EQ(refused({"forecast"}).exit_code, 1);
}

TEST(CommandLine, ShowsHelpOnStandardOutput) {
  const CommandLineMessage help = refused({"plan", "-help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.text, HasSubstr("  -detailed-exitcode "));
  EXPECT_THAT(help.text, HasSubstr("  -out=FILE "));
  EXPECT_THAT(help.text, HasSubstr("  -refresh=false "));
  EXPECT_THAT(help.text, HasSubstr("  -config=FILE "));
  EXPECT_THAT(refused({"help", "apply"}).text, HasSubstr("keytide apply [flags] [PLANFILE]"));
  EXPECT_THAT(refused({"-h"}).text, HasSubstr("force-unlock"));
}

TEST(CommandLine, TakesTheHabitsOfAskingForTheVersion) {
  EXPECT_EQ(parsed({"-version"}).command, "version");
  EXPECT_EQ(parsed({"--version"}).command, "version");
}

}  // namespace
}  // namespace keytide
