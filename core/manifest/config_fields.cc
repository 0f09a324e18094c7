// The table of all keys of the configuration.
#include "core/manifest/config.h"
#include "core/manifest/text_rules.h"

namespace keytide {
namespace {

using Kind = ValueShape::Kind;
using Words = std::string_view[];

constexpr std::int64_t kDay = 86400;

constexpr ValueShape kVersion{.kind = Kind::integer,
                              .what = "the format of this keytide",
                              .way_out = "write version: 1",
                              .low = 1,
                              .high = 1};
constexpr ValueShape kPath{.what = "a path", .way_out = "write a path"};
constexpr ValueShape kState{.what = "the store's URL", .way_out = "write sqlite:keytide.db"};

constexpr ValueShape kScopeId{.what = "an organization or project id",
                              .way_out = "write its 24 characters of 0-9 and a-f",
                              .pattern = kScopeIdPattern,
                              .fits = is_scope_id,
                              .is_id = true};
constexpr ValueShape kOrgs{.kind = Kind::list,
                           .what = "a list of ids",
                           .way_out = "write a list, such as [32b6e34b3d91647abb20e7b8]",
                           .item = &kScopeId};
constexpr ValueShape kRoot{.what = "an absolute path",
                           .way_out = "write the whole path, from / on",
                           .pattern = kRootPattern,
                           .fits = is_root};
constexpr ValueShape kRoots{.kind = Kind::list,
                            .what = "a list of folders",
                            .way_out = "write a list, such as [/etc, /run]",
                            .item = &kRoot};
constexpr Words kSinkWords{"file", "notify"};
constexpr ValueShape kSinkType{
    .what = "file or notify", .way_out = "write file or notify", .choices = kSinkWords};
constexpr ValueShape kSinks{.kind = Kind::list,
                            .what = "a list of sink types",
                            .way_out = "write a list, such as [file, notify]",
                            .item = &kSinkType};
constexpr ValueShape kPrograms{.kind = Kind::list,
                               .what = "a list of programs",
                               .way_out = "write a list, such as [/usr/bin/systemctl]",
                               .item = &kRoot};
constexpr FieldSpec kAllowFields[] = {
    {"orgs", &kOrgs, "Organizations and projects that entries may name; all when absent."},
    {"file_roots", &kRoots, "Folders that file sinks may write to; any when absent."},
    {"sinks", &kSinks, "Types of sinks; all when absent, for git those that run no program."},
    {"programs", &kPrograms, "Programs that hooks may run, by whole path; any when absent."},
    {"hosts", nullptr, "", false, "it belongs to http sinks, which come in a later version"},
};
constexpr ValueShape kAllow{.kind = Kind::object,
                            .what = "a map of limits",
                            .way_out = "write file_roots: [/etc], sinks: [file] …",
                            .fields = kAllowFields};
constexpr ValueShape kGitUrl{.what = "the URL of a repository",
                             .way_out = "write https://…, ssh://… or git@host:path"};
constexpr ValueShape kGitRef{.what = "a branch, or a whole name such as refs/tags/v1",
                             .way_out = "write the name of a branch, such as main",
                             .pattern = kGitRefPattern,
                             .fits = is_git_ref,
                             .is_id = true};
constexpr ValueShape kGitPath{.what = "a path in the repository",
                              .way_out = "write it from the repository's top on, without ..",
                              .pattern = kGitPathPattern,
                              .fits = is_git_path};
constexpr ValueShape kGitInterval{.kind = Kind::duration,
                                  .what = "a duration",
                                  .way_out = "write 10s to 1d, such as 1m",
                                  .low = 10,
                                  .high = kDay};
constexpr FieldSpec kSshKeyFields[] = {
    {"file", &kPath, "A private key that ssh can use without asking for a passphrase."},
};
constexpr Words kSshKeyKinds{"file"};
constexpr ValueShape kSshKey{.kind = Kind::object,
                             .what = "{file: …}",
                             .way_out = "write {file: deploy_key}",
                             .fields = kSshKeyFields,
                             .one_of = kSshKeyKinds};
constexpr FieldSpec kGitFields[] = {
    {"url", &kGitUrl, "https, ssh or git@host:path; http for this host alone.", true},
    {"ref", &kGitRef,
     "A branch, or a whole name from refs/ on; the repository's HEAD when absent."},
    {"path", &kGitPath, "A file or a folder in the repository; all of it when absent."},
    {"interval", &kGitInterval, "Between two looks; 1m when absent."},
    {"allowed_signers", &kPath,
     "A file of ssh-keygen's form: only commits that one of them signed count."},
    {"ssh_key", &kSshKey, "The key to sign in with; those that ssh finds when absent."},
};
constexpr ValueShape kGit{.kind = Kind::object,
                          .what = "a repository",
                          .way_out = "write {url: https://git.example.com/secrets.git, ref: main}",
                          .fields = kGitFields};
constexpr FieldSpec kSourceFields[] = {
    {"path", &kPath, "A file, or a folder and all below it."},
    {"git", &kGit, "A repository."},
    {"allow", &kAllow, "What these manifests may ask of this host; git needs file_roots."},
};
constexpr Words kSourceKinds{"path", "git"};
constexpr ValueShape kSource{.kind = Kind::object,
                             .what = "a source",
                             .way_out = "write path: secrets, or git: {url: …}",
                             .fields = kSourceFields,
                             .one_of = kSourceKinds};
constexpr ValueShape kSources{.kind = Kind::list,
                              .what = "a list of sources",
                              .way_out = "write 1 to 1000 sources, such as [{path: secrets}]",
                              .low = 1,
                              .high = 1000,
                              .item = &kSource};

constexpr ValueShape kVariable{.what = "the name of an environment variable",
                               .way_out = "write a name, such as ATLAS_CLIENT_SECRET",
                               .pattern = kVariablePattern,
                               .fits = is_variable};
constexpr FieldSpec kSecretRefFields[] = {
    {"file", &kPath, "A file that holds the value."},
    {"env", &kVariable, "An environment variable that holds the value."},
};
constexpr Words kSecretRefKinds{"file", "env"};
constexpr ValueShape kSecretRef{
    .kind = Kind::object,
    .what = "{file: …} or {env: …}: a credential's value never stands in this file",
    .way_out = "write {file: PATH} or {env: NAME}",
    .fields = kSecretRefFields,
    .one_of = kSecretRefKinds};
constexpr ValueShape kClientId{.what = "a service account's client id",
                               .way_out = "write mdb_sa_id_ and 24 characters of 0-9, a-f, A-F",
                               .pattern = kClientIdPattern,
                               .fits = is_client_id,
                               .is_id = true};
constexpr ValueShape kPublicKey{.what = "an API key's public half",
                                .way_out = "write the public key"};
constexpr FieldSpec kLoginFields[] = {
    {"client_id", &kClientId, "Of the service account that keytide signs in as."},
    {"client_secret", &kSecretRef, "Its secret."},
    {"public_key", &kPublicKey, "Of an API key."},
    {"private_key", &kSecretRef, "Its private half."},
    {"access_token", &kSecretRef, "A bearer token that was made elsewhere."},
};
constexpr Words kLoginKinds{"client_id", "public_key", "access_token"};
constexpr Words kLoginPairs{"client_id", "client_secret", "public_key", "private_key"};
constexpr ValueShape kLogin{
    .kind = Kind::object,
    .what = "a credential",
    .way_out =
        "write {client_id: …, client_secret: {file: …}}, {public_key: …, private_key: "
        "{file: …}} or {access_token: {file: …}}",
    .fields = kLoginFields,
    .one_of = kLoginKinds,
    .together = kLoginPairs};
constexpr ValueShape kLoginName{.what = "an organization or project id, or default",
                                .way_out = "write 24 characters of 0-9 and a-f, or default",
                                .pattern = kCredentialNamePattern,
                                .fits = is_credential_name};
constexpr ValueShape kCredentials{
    .kind = Kind::map,
    .what = "a map of credentials",
    .way_out = "write default: {client_id: …, client_secret: {file: …}}",
    .low = 1,
    .item = &kLogin,
    .names = &kLoginName};
constexpr ValueShape kUrl{.what = "a URL", .way_out = "write https://cloud.mongodb.com"};
constexpr ValueShape kTimeout{.kind = Kind::duration,
                              .what = "a duration",
                              .way_out = "write 1s to 5m, such as 15s",
                              .low = 1,
                              .high = 300};
constexpr FieldSpec kAtlasFields[] = {
    {"base_url", &kUrl, "Where the Atlas Admin API is; https, or http on this host."},
    {"ca_file", &kPath, "The certificates to trust; the system's when absent."},
    {"timeout", &kTimeout, "Of one request; 15s when absent."},
    {"credentials", &kCredentials,
     "By project id, org id or default; MONGODB_ATLAS_* when absent."},
};
constexpr ValueShape kAtlas{.kind = Kind::object,
                            .what = "a map",
                            .way_out = "write base_url, ca_file, timeout, credentials",
                            .fields = kAtlasFields};

constexpr ValueShape kPercent{.what = "a percentage",
                              .way_out = "write 0% to 100%, such as 30%",
                              .pattern = kPercentPattern,
                              .fits = is_percent,
                              .is_id = true};
constexpr Words kUnlimited{"unlimited"};
constexpr ValueShape kSkew{.kind = Kind::duration,
                           .what = "a duration or unlimited",
                           .way_out = "write 1s to 1d, such as 5m, or unlimited",
                           .choices = kUnlimited,
                           .low = 1,
                           .high = kDay};
constexpr ValueShape kCreates{.kind = Kind::integer,
                              .what = "a whole number from 1 to 100",
                              .way_out = "write 1 to 100, such as 3",
                              .low = 1,
                              .high = 100};
constexpr Words kNever{"never"};
constexpr ValueShape kUnusedFor{.kind = Kind::duration,
                                .what = "a duration",
                                .way_out = "write 1d to 365d, such as 30d",
                                .low = kDay,
                                .high = 365 * kDay};
constexpr FieldSpec kReclaimFields[] = {
    {"unused_for", &kUnusedFor,
     "A secret that is not keytide's and was not used for so long may be deleted for its slot.",
     true},
};
constexpr ValueShape kReclaim{.kind = Kind::object,
                              .what = "never or a limit",
                              .way_out = "write never, or {unused_for: 30d}",
                              .choices = kNever,
                              .fields = kReclaimFields};
constexpr ValueShape kConfirm{.kind = Kind::duration,
                              .what = "a duration",
                              .way_out = "write 1s to 1h, such as 1m",
                              .low = 1,
                              .high = 3600};
constexpr FieldSpec kSafetyFields[] = {
    {"max_removed_or_respecified", &kPercent,
     "Of at least 10 entries; lifted by "
     "-allow-large-change."},
    {"max_clock_skew", &kSkew, "Between this host and Atlas; lifted by -allow-clock-skew."},
    {"max_creates", &kCreates, "Per service account in min(24 h, a third of the life)."},
    {"confirm_after", &kConfirm,
     "A sink that seems lost, and a create whose reply was lost, are looked at again so much "
     "later."},
    {"reclaim_foreign", &kReclaim, "May a secret that is not ours be deleted for its slot?"},
};
constexpr ValueShape kSafety{.kind = Kind::object,
                             .what = "a map",
                             .way_out = "write max_creates: 3 …",
                             .fields = kSafetyFields};

constexpr ValueShape kKeep{.kind = Kind::duration,
                           .what = "a duration",
                           .way_out = "write 1d to 3650d, such as 400d",
                           .low = kDay,
                           .high = 3650 * kDay};
constexpr FieldSpec kEscrowKeyFields[] = {
    {"file", &kPath, "A file that holds the key: 32 characters or more."},
};
constexpr Words kEscrowKeyKinds{"file"};
constexpr ValueShape kEscrowKey{.kind = Kind::object,
                                .what = "{file: …}",
                                .way_out = "write {file: escrow.key}",
                                .fields = kEscrowKeyFields,
                                .one_of = kEscrowKeyKinds};
constexpr Words kNone{"none"};
constexpr FieldSpec kEscrowFields[] = {
    {"key", &kEscrowKey, "Where the key is; a file beside the store when absent.", true},
};
constexpr ValueShape kEscrow{.kind = Kind::object,
                             .what = "none or a key",
                             .way_out = "write {key: {file: escrow.key}}, or none",
                             .choices = kNone,
                             .fields = kEscrowFields};

constexpr FieldSpec kEventsFields[] = {{"keep", &kKeep, "How long events are kept; 400d."}};
constexpr ValueShape kEvents{
    .kind = Kind::object, .what = "a map", .way_out = "write keep: 400d", .fields = kEventsFields};

constexpr ValueShape kListenAddress{.what = "an IP address and a port, or none",
                                    .way_out = "write 127.0.0.1:9464, \"[::1]:9464\" or none",
                                    .pattern = kListenAddressPattern,
                                    .fits = is_listen_address,
                                    .is_id = true};
constexpr FieldSpec kListenFields[] = {
    {"metrics", &kListenAddress,
     "For metrics and health; 127.0.0.1:9464 when absent, none for no such pages."},
    {"control", &kPath,
     "The socket that other commands reach it by; beside the store when absent."},
    {"token", &kSecretRef,
     "Who reads the metrics sends it as Authorization: Bearer; needed beyond this host."},
};
constexpr ValueShape kListen{.kind = Kind::object,
                             .what = "a map",
                             .way_out = "write metrics: 127.0.0.1:9464",
                             .fields = kListenFields};

constexpr FieldSpec kConfigFields[] = {
    {"version", &kVersion, "Of the format of this file.", true},
    {"state", &kState, "The store: sqlite: and a path, relative to this file."},
    {"sources", &kSources, "Where the manifests are."},
    {"atlas", &kAtlas, "How Atlas is reached."},
    {"safety", &kSafety, "Limits that a plan must not cross unasked."},
    {"escrow", &kEscrow, "Keeps a new secret's value, encrypted, until every sink has it."},
    {"events", &kEvents, "The log of what was done."},
    {"listen", &kListen, "What keytide run listens on."},
};
constexpr ValueShape kConfig{.kind = Kind::object,
                             .what = "a map of settings",
                             .way_out = "write version: 1 and sources:",
                             .fields = kConfigFields};

}  // namespace

const ValueShape& config_shape() { return kConfig; }

}  // namespace keytide
