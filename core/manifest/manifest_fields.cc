#include "core/manifest/manifest_fields.h"

#include <array>

#include "core/manifest/text_rules.h"

namespace keytide {
namespace {

using Kind = ValueShape::Kind;
using Words = std::string_view[];

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::string_view kLater = "it comes in a later version";

constexpr ValueShape kVersion{.kind = Kind::integer,
                              .what = "the format of this keytide",
                              .way_out = "write keytide: 1",
                              .low = 1,
                              .high = 1};
constexpr ValueShape kOrg{.what = "an organization id",
                          .way_out = "write its 24 characters of 0-9 and a-f, as Atlas shows them",
                          .pattern = kScopeIdPattern,
                          .fits = is_scope_id,
                          .is_id = true,
                          .is_template = true};
constexpr ValueShape kProject{
    .what = "a project id",
    .way_out = "write its 24 characters of 0-9 and a-f, as Atlas shows them",
    .pattern = kScopeIdPattern,
    .fits = is_scope_id,
    .is_id = true,
    .is_template = true};
constexpr ValueShape kClientId{
    .what = "a service account's client id",
    .way_out = "write mdb_sa_id_ and 24 characters of 0-9, a-f, A-F, as Atlas shows it",
    .pattern = kClientIdPattern,
    .fits = is_client_id,
    .is_id = true,
    .is_template = true};
constexpr ValueShape kText{.what = "text", .way_out = "write some text", .is_template = true};
constexpr ValueShape kName{
    .what = "a name",
    .way_out = "begin with a letter, a digit or _, and use letters, digits, _ . - (at most 128)",
    .pattern = kNamePattern,
    .fits = is_name};
constexpr ValueShape kAddress{
    .what = "an address",
    .way_out = "begin with a letter, a digit or _, and use letters, digits, _ . - (at most 128)",
    .pattern = kNamePattern,
    .fits = is_name};
constexpr ValueShape kFlag{
    .kind = Kind::flag, .what = "true or false", .way_out = "write true or false"};

constexpr ValueShape kLifetime{.kind = Kind::duration,
                               .what = "a duration",
                               .way_out = "write 8h to 365d in whole hours, such as 90d, 36h or 2w",
                               .low = 8 * kHour,
                               .high = 365 * kDay,
                               .whole_hours = true};
constexpr ValueShape kRenewBefore{.kind = Kind::duration,
                                  .what = "a duration",
                                  .way_out = "write 1h to 365d, such as 14d or 12h",
                                  .low = kHour,
                                  .high = 365 * kDay};
constexpr ValueShape kOverlap{
    .kind = Kind::duration,
    .what = "a duration",
    .way_out = "write 0s to 7d, such as 24h: a create cuts the old secret to 7d",
    .low = 0,
    .high = 7 * kDay};
constexpr ValueShape kTimeout{.kind = Kind::duration,
                              .what = "a duration",
                              .way_out = "write 1s to 10m, such as 30s",
                              .low = 1,
                              .high = 600};

constexpr Words kForeignWords{"block", "cut"};
constexpr ValueShape kForeign{
    .what = "block or cut", .way_out = "write block or cut", .choices = kForeignWords};
constexpr Words kOnRemoveWords{"forget", "retire"};
constexpr ValueShape kOnRemove{
    .what = "forget or retire", .way_out = "write forget or retire", .choices = kOnRemoveWords};

constexpr ValueShape kLabelName{
    .what = "a label's name",
    .way_out = "begin with a letter or _, and use letters, digits and _ (at most 63)",
    .pattern = kLabelPattern,
    .fits = is_label};
constexpr ValueShape kLabels{.kind = Kind::map,
                             .what = "a map of names and texts",
                             .way_out = "write at most 64, such as {team: billing}",
                             .high = 64,
                             .item = &kText,
                             .names = &kLabelName};

constexpr ValueShape kPath{
    .what = "an absolute path of a file",
    .way_out = "write the whole path, from / on, without .., such as /run/billing/atlas.env",
    .pattern = kFilePathPattern,
    .fits = is_file_path,
    .is_template = true};
constexpr Words kFormatWords{"raw", "env", "json"};
constexpr ValueShape kFormat{
    .what = "raw, env or json", .way_out = "write raw, env or json", .choices = kFormatWords};
constexpr ValueShape kMode{.what = "a file's mode in octal",
                           .way_out = "write three octal digits in quotes, such as \"0640\"",
                           .pattern = kModePattern,
                           .fits = is_mode};
constexpr ValueShape kOwner{.what = "a user or group",
                            .way_out = "write its name, or its number in quotes",
                            .pattern = kOwnerPattern,
                            .fits = is_owner,
                            .is_template = true};

constexpr FieldSpec kFileFields[] = {
    {"path", &kPath, "Where the secret is written, atomically.", true},
    {"format", &kFormat, "raw: the value alone, without a newline (the default); env or json."},
    {"mode", &kMode, "Permissions in octal, in quotes; \"0600\" when absent."},
    {"owner", &kOwner, "The user that owns the file; the runner when absent."},
    {"group", &kOwner, "The group that owns the file; the runner's when absent."},
};
constexpr ValueShape kFile{.kind = Kind::object,
                           .what = "a file sink",
                           .way_out = "write {path: /run/billing/atlas.env}",
                           .fields = kFileFields};

constexpr ValueShape kWord{.what = "text", .way_out = "write some text", .is_template = true};
constexpr ValueShape kCommand{.kind = Kind::list,
                              .what = "a program and its arguments",
                              .way_out = "write a list, such as [systemctl, reload, billing]",
                              .low = 1,
                              .high = 256,
                              .item = &kWord};
constexpr FieldSpec kNotifyFields[] = {
    {"command", &kCommand, "The program and its arguments; no shell, and no secret.", true},
    {"timeout", &kTimeout, "How long it may take; 30s when absent."},
};
constexpr ValueShape kNotify{.kind = Kind::object,
                             .what = "a hook",
                             .way_out = "write {command: [systemctl, reload, billing]}",
                             .fields = kNotifyFields};

constexpr FieldSpec kSinkFields[] = {
    {"name", &kName, "The sink's identity within its entry; its type and target when absent."},
    {"file", &kFile, "Writes the secret to a file."},
    {"notify", &kNotify, "Runs a program after the secret was delivered; it gets no secret."},
    {"exec", nullptr, "", false, kLater},
    {"vault", nullptr, "", false, kLater},
    {"kubernetes", nullptr, "", false, kLater},
    {"aws", nullptr, "", false, kLater},
    {"github", nullptr, "", false, kLater},
    {"http", nullptr, "", false, kLater},
};
constexpr Words kSinkTypes{"file", "notify"};
constexpr ValueShape kSink{.kind = Kind::object,
                           .what = "a sink",
                           .way_out = "write file: {path: …} or notify: {command: […]}",
                           .fields = kSinkFields,
                           .one_of = kSinkTypes};
constexpr ValueShape kDeliver{
    .kind = Kind::list,
    .what = "a list of sinks",
    .way_out = "write 1 to 64 sinks, such as [{file: {path: /run/billing/atlas.env}}]",
    .low = 1,
    .high = 64,
    .item = &kSink};

// In the order of EntryField.
constexpr std::array<FieldSpec, static_cast<std::size_t>(EntryField::count)> kEntryFields{{
    {"org", &kOrg, "The organization that the service account belongs to."},
    {"project", &kProject, "The project that the service account belongs to, instead of org."},
    {"client_id", &kClientId, "The service account's client id.", true},
    {"account_name", &kText, "The service account's name: compared with Atlas before a create."},
    {"profile", &kName, "The profile that this is based on."},
    {"lifetime", &kLifetime, "How long a secret lives: 8h to 365d in whole hours."},
    {"renew_before", &kRenewBefore, "How long before its expiry a secret is renewed."},
    {"overlap", &kOverlap, "How long the old secret lives on after the switch; at most 7d."},
    {"rotation_id", &kText, "Any text; a change of it renews now."},
    {"foreign", &kForeign, "May a create shorten a live secret that is not ours? block: no."},
    {"exclusive", &kFlag, "true: nobody else creates secrets on this service account."},
    {"on_remove", &kOnRemove, "What becomes of the secret when the entry is gone."},
    {"suspend", &kFlag, "true: leave this entry alone."},
    {"owner", &kText, "Who to ask; goes to plans, metrics and alerts."},
    {"labels", &kLabels, "Go to plans, metrics and alerts."},
    {"deliver", &kDeliver, "Where the secret goes."},
}};

// The entry's fields, without one or two of them, for defaults and profiles. Nothing is required
// there, and what belongs to a single entry says so.
template <std::size_t kSize>
constexpr std::array<FieldSpec, kSize> shared_fields(bool with_profile) {
  std::array<FieldSpec, kSize> out{};
  for (std::size_t i = 0; i < kSize; ++i) {
    out[i] = kEntryFields[i];
    out[i].required = false;
    if (out[i].key == "client_id") {
      out[i] = {"client_id", nullptr, "", false, "each entry has a service account of its own"};
    } else if (out[i].key == "profile" && !with_profile) {
      out[i] = {"profile", nullptr, "", false, "a profile can't be based on another"};
    }
  }
  return out;
}
constexpr auto kDefaultsFields = shared_fields<kEntryFields.size()>(true);
constexpr auto kProfileFields = shared_fields<kEntryFields.size()>(false);

constexpr Words kScopes{"org", "project"};
constexpr ValueShape kEntry{.kind = Kind::object,
                            .what = "an entry",
                            .way_out = "write client_id, lifetime, deliver … below it",
                            .fields = kEntryFields,
                            .not_both = kScopes};
constexpr ValueShape kDefaults{.kind = Kind::object,
                               .what = "a map of keys of an entry",
                               .way_out = "write what the entries of this file share",
                               .fields = kDefaultsFields,
                               .not_both = kScopes,
                               .may_be_null = true};
constexpr ValueShape kProfile{.kind = Kind::object,
                              .what = "a profile",
                              .way_out = "write what the entries of this profile share",
                              .fields = kProfileFields,
                              .not_both = kScopes,
                              .may_be_null = true};
constexpr ValueShape kProfiles{.kind = Kind::map,
                               .what = "a map of profiles",
                               .way_out = "write name: {…} for each profile",
                               .item = &kProfile,
                               .names = &kName,
                               .may_be_null = true};
constexpr ValueShape kSecrets{
    .kind = Kind::map,
    .what = "a map of entries",
    .way_out = "write address: {…} for each entry, at most 100000 in a file",
    .high = 100'000,
    .item = &kEntry,
    .names = &kAddress,
    .may_be_null = true};
constexpr FieldSpec kManifestFields[] = {
    {"keytide", &kVersion, "Makes the file a manifest; the version of its format.", true},
    {"defaults", &kDefaults, "What the entries of this file share."},
    {"profiles", &kProfiles, "Named sets of keys, for entries in any file."},
    {"secrets", &kSecrets, "The entries, by address."},
};
constexpr ValueShape kManifest{.kind = Kind::object,
                               .what = "a manifest",
                               .way_out = "write keytide: 1 and secrets:",
                               .fields = kManifestFields};

}  // namespace

const ValueShape& manifest_shape() { return kManifest; }
const ValueShape& entry_shape() { return kEntry; }
const ValueShape& defaults_shape() { return kDefaults; }
const ValueShape& profile_shape() { return kProfile; }
const ValueShape& shape_of(EntryField field) {
  return *kEntryFields[static_cast<std::size_t>(field)].shape;
}
const ValueShape& sink_path_shape() { return kPath; }
const ValueShape& sink_owner_shape() { return kOwner; }
const ValueShape& sink_name_shape() { return kName; }
const ValueShape& hook_word_shape() { return kWord; }
const ValueShape& label_text_shape() { return kText; }

}  // namespace keytide
