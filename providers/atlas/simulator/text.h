// Text helpers of the simulator: decoding what callers send.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keytide::simulator {

// Standard base64 with padding; absent for anything else.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

// application/x-www-form-urlencoded, of a query or a form body, in order.
using FormFields = std::vector<std::pair<std::string, std::string>>;
FormFields parse_form(std::string_view text);
// The first field of that name.
std::optional<std::string_view> find_field(const FormFields& fields, std::string_view name);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);

// orgId, groupId and secretId: ^([a-f0-9]{24})$
bool is_object_id(std::string_view text);
// clientId: ^mdb_sa_id_[a-fA-F\d]{24}$
bool is_client_id(std::string_view text);

}  // namespace keytide::simulator
