#include "providers/sources/accepted_codec.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/fingerprint.h"

namespace keytide {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic = "keytide accepted manifests 3\n";
constexpr std::size_t kDigestSize = 64;

json json_of(const AcceptedFile& file) {
  json entries = json::array();
  for (const Address& address : file.entries) entries.push_back(address.str());
  return {{"name", file.name}, {"entries", std::move(entries)}, {"bytes", file.bytes}};
}

AcceptedFile file_of(const json& object) {
  AcceptedFile file;
  file.name = object.at("name").get<std::string>();
  for (const json& address : object.at("entries")) {
    file.entries.emplace_back(address.get<std::string>());
  }
  file.bytes = object.at("bytes").get<std::string>();
  return file;
}

AcceptedManifests manifests_of(const json& object) {
  AcceptedManifests out;
  out.revision = object.at("revision").get<std::string>();
  for (const json& one : object.at("sources")) {
    AcceptedSource& source = out.sources.emplace_back();
    source.key = one.at("key").get<std::string>();
    for (const json& file : one.at("files")) source.files.push_back(file_of(file));
  }
  return out;
}

}  // namespace

std::string encode_accepted(const std::string& lineage, const AcceptedManifests& accepted) {
  json sources = json::array();
  for (const AcceptedSource& source : accepted.sources) {
    json files = json::array();
    for (const AcceptedFile& file : source.files) files.push_back(json_of(file));
    sources.push_back({{"key", source.key}, {"files", std::move(files)}});
  }
  const json whole{
      {"lineage", lineage}, {"revision", accepted.revision}, {"sources", std::move(sources)}};
  std::string body;
  json::to_cbor(whole, body);
  return fmt::format("{}{}\n", kMagic, sha256_hex(body)) + body;
}

AcceptedManifests decode_accepted(const std::string& lineage, std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return {};
  bytes.remove_prefix(kMagic.size());
  if (bytes.size() <= kDigestSize || bytes[kDigestSize] != '\n') return {};
  const std::string_view body = bytes.substr(kDigestSize + 1);
  if (sha256_hex(body) != bytes.substr(0, kDigestSize)) return {};
  // Only what wrote the digest wrote the rest, but another version of it may name things otherwise.
  try {
    const json whole = json::from_cbor(body);
    if (whole.at("lineage") != lineage) return {};
    return manifests_of(whole);
  } catch (const json::exception&) {
    return {};
  }
}

}  // namespace keytide
