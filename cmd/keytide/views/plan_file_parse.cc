#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "cmd/keytide/views/plan_file.h"
#include "cmd/keytide/views/plan_file_version.h"

namespace keytide {
namespace {

using nlohmann::json;

// Reads members of one object and remembers the first that isn't as it should be.
class Members {
 public:
  Members(const json& object, std::string where, std::string& problem)
      : object_(object), where_(std::move(where)), problem_(problem) {}

  std::string text(const char* name) {
    const json* value = member(name);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    return complain<std::string>(name, "a text");
  }

  bool flag(const char* name) {
    const json* value = member(name);
    if (value != nullptr && value->is_boolean()) return value->get<bool>();
    return complain<bool>(name, "true or false");
  }

  int count(const char* name) {
    const json* value = member(name);
    if (value != nullptr && value->is_number_unsigned() &&
        value->get<std::uint64_t>() <= std::numeric_limits<int>::max()) {
      return static_cast<int>(value->get<std::uint64_t>());
    }
    return complain<int>(name, "a count");
  }

  template <class Id>
  std::vector<Id> ids(const char* name) {
    std::vector<Id> out;
    for (const json& one : list(name)) {
      if (!one.is_string()) return complain<std::vector<Id>>(name, "a list of texts");
      out.emplace_back(one.get<std::string>());
    }
    return out;
  }

  const json& list(const char* name) {
    static const json kNone = json::array();
    const json* value = member(name);
    if (value != nullptr && value->is_array()) return *value;
    complain<bool>(name, "a list");
    return kNone;
  }

  Members object(const char* name) {
    static const json kNone = json::object();
    const json* value = member(name);
    const bool good = value != nullptr && value->is_object();
    if (!good) complain<bool>(name, "an object");
    return {good ? *value : kNone, where_ + name + ".", problem_};
  }

  bool has(const char* name) const { return member(name) != nullptr; }

 private:
  const json* member(const char* name) const {
    const auto at = object_.is_object() ? object_.find(name) : object_.end();
    return object_.is_object() && at != object_.end() ? &*at : nullptr;
  }

  template <class T>
  T complain(const char* name, std::string_view wanted) {
    if (problem_.empty()) problem_ = fmt::format("{}{} is not {}", where_, name, wanted);
    return T{};
  }

  const json& object_;
  std::string where_;
  std::string& problem_;
};

tl::unexpected<Error> not_a_plan(std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("this is no plan file of keytide: {}; make one with "
                                              "`keytide plan -out=FILE`",
                                              why));
}

tl::unexpected<Error> damaged(std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("the plan file is damaged: {}; make it anew with "
                                              "`keytide plan -out=FILE`",
                                              why));
}

Result<void> check_version(const json& document) {
  const auto version = document.is_object() ? document.find("keytide_plan") : document.end();
  if (!document.is_object() || version == document.end()) {
    return not_a_plan("it has no `keytide_plan`");
  }
  if (!version->is_number_unsigned()) return damaged("keytide_plan is not a count");
  const auto number = version->get<std::uint64_t>();
  if (number == static_cast<std::uint64_t>(kPlanFileVersion)) return {};
  if (number == 0) return damaged("keytide_plan is 0");
  const auto by = document.find("keytide_version");
  const bool known = by != document.end() && by->is_string();
  return fail(ErrorKind::unsupported,
              fmt::format("the plan file has format {}, this keytide reads {}: apply it with the "
                          "keytide that wrote it{}",
                          number, kPlanFileVersion,
                          known ? fmt::format(" ({})", by->get<std::string>()) : ""));
}

PlannedEntry read_entry(Members entry) {
  PlannedEntry out;
  out.address = Address(entry.text("address"));
  const bool is_project = entry.has("project");
  out.key.scope.kind = is_project ? Scope::Kind::project : Scope::Kind::org;
  out.key.scope.id = entry.text(is_project ? "project" : "org");
  out.key.client_id = ClientId(entry.text("client_id"));
  out.digest = entry.text("digest");
  out.changes = entry.text("changes");
  out.cuts = entry.ids<SecretId>("cuts");
  return out;
}

void read_options(Members options, PlanFile& file) {
  const auto targets = options.ids<Address>("targets");
  file.options.targets = {targets.begin(), targets.end()};
  const auto replace = options.ids<Address>("replace");
  file.options.replace = {replace.begin(), replace.end()};
  file.options.refresh = options.flag("refresh");
  file.options.refresh_only = options.flag("refresh_only");
  file.approvals.foreign_cut = options.flag("allow_foreign_cut");
  file.approvals.large_change = options.flag("allow_large_change");
  file.approvals.clock_skew = options.flag("allow_clock_skew");
}

PlanCounts read_counts(Members counts) {
  PlanCounts out;
  out.add = counts.count("add");
  out.change = counts.count("change");
  out.destroy = counts.count("destroy");
  out.forget = counts.count("forget");
  out.finish = counts.count("finish");
  out.blocked = counts.count("blocked");
  return out;
}

PlanFile read_file(const json& document, std::string& problem) {
  Members members(document, "", problem);
  PlanFile file;
  file.keytide_version = members.text("keytide_version");
  const std::string created_at = members.text("created_at");
  if (const auto at = parse_instant(created_at)) {
    file.created_at = *at;
  } else if (problem.empty()) {
    problem = "created_at is not a time";
  }
  file.lineage = members.text("lineage");
  read_options(members.object("options"), file);
  int index = 0;
  for (const json& entry : members.list("entries")) {
    file.entries.push_back(
        read_entry(Members(entry, fmt::format("entries[{}].", index++), problem)));
    file.approvals.cuts.insert(file.entries.back().cuts.begin(), file.entries.back().cuts.end());
  }
  file.counts = read_counts(members.object("counts"));
  file.text = members.text("text");
  return file;
}

}  // namespace

Result<PlanFile> parse_plan_file(std::string_view text) {
  if (text.size() > kPlanFileBytesMax) return not_a_plan("it is larger than 64 MiB");
  const json document = json::parse(text.begin(), text.end(), nullptr, false);
  if (document.is_discarded()) {
    const bool begun = text.substr(0, 15) == "{\"keytide_plan\"";
    return begun ? damaged("it is cut off or was edited") : not_a_plan("it is not JSON");
  }
  if (auto version = check_version(document); !version) return fail(std::move(version.error()));
  std::string problem;
  PlanFile file = read_file(document, problem);
  if (!problem.empty()) return damaged(problem);
  return file;
}

}  // namespace keytide
