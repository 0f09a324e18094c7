// What the texts in a manifest or a configuration have to look like. Each function says by hand
// what the pattern beside it says as a regular expression, for the JSON Schema: a test holds them
// together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keytide {

// orgId and groupId of the Atlas Admin API.
inline constexpr std::string_view kScopeIdPattern = "^[a-f0-9]{24}$";
bool is_scope_id(std::string_view text);

// clientId of the Atlas Admin API.
inline constexpr std::string_view kClientIdPattern = "^mdb_sa_id_[a-fA-F0-9]{24}$";
bool is_client_id(std::string_view text);

// The address of an entry, the name of a profile: they go into paths and metrics.
inline constexpr std::string_view kNamePattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$";
bool is_name(std::string_view text);

inline constexpr std::string_view kLabelPattern = "^[A-Za-z_][A-Za-z0-9_]{0,62}$";
bool is_label(std::string_view text);

// The mode of a file, in octal. Only read, write and execute: no setuid, setgid or sticky bit.
inline constexpr std::string_view kModePattern = "^0?[0-7]{3}$";
bool is_mode(std::string_view text);
// Of a text that is_mode.
std::uint32_t mode_of(std::string_view text);

// A user or a group, by name or number.
inline constexpr std::string_view kOwnerPattern = "^[A-Za-z0-9_][A-Za-z0-9_.@$-]{0,63}$";
bool is_owner(std::string_view text);

// An absolute path of a file, without "..", not ending in "/".
inline constexpr std::string_view kFilePathPattern = "^/(?!.*/$)(?!(.*/)?\\.\\.(/|$)).+$";
bool is_file_path(std::string_view text);

// An absolute path.
inline constexpr std::string_view kRootPattern = "^/";
bool is_root(std::string_view text);

// The name of an environment variable.
inline constexpr std::string_view kVariablePattern = "^[A-Za-z_][A-Za-z0-9_]*$";
bool is_variable(std::string_view text);

inline constexpr std::string_view kPercentPattern = "^([0-9]|[1-9][0-9]|100)%$";
bool is_percent(std::string_view text);
int percent_of(std::string_view text);

inline constexpr std::string_view kCredentialNamePattern = "^([a-f0-9]{24}|default)$";
bool is_credential_name(std::string_view text);

// A branch, or the whole name of a ref. Never begins with "-" or has "..", as git's own rules.
inline constexpr std::string_view kGitRefPattern =
    "^(?!.*(\\.\\.|//|/\\.))(?!.*(/|\\.)$)(?!.*\\.lock(/|$))[A-Za-z0-9_][A-Za-z0-9_./+#@-]{0,199}$";
bool is_git_ref(std::string_view text);

// A relative path, without "..".
inline constexpr std::string_view kGitPathPattern = "^(?!/)(?!(.*/)?\\.\\.(/|$)).+$";
bool is_git_path(std::string_view text);

// A host of a URL that is this machine.
bool is_loopback_host(std::string_view host);

// An IP address, one of version 6 in brackets, a colon and a port; or "none". Whether there is such
// an address is the system's to say.
inline constexpr std::string_view kListenAddressPattern =
    "^(none|([0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5})$";
bool is_listen_address(std::string_view text);

// Without "//", "/./" and, where it can be told from the text alone, "..". "" becomes ".".
std::string normal_path(std::string_view path);

// Whether a path is a folder or lies in it. Both are normal; "/etc" does not hold "/etcetera".
bool is_within(std::string_view path, std::string_view folder);

}  // namespace keytide
