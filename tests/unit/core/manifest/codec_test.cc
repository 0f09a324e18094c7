#include "core/manifest/codec.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

constexpr const char* kText =
    "keytide: 1\n"
    "---\n"
    "kind: Other\n"
    "---\n"
    "keytide: 1\n"
    "secrets:\n"
    "  a: {org: 32b6e34b3d91647abb20e7b8, client_id: mdb_sa_id_1234567890abcdef12345678,\n"
    "    lifetime: \"90d\", deliver: [{file: {path: /run/a}}]}\n";

TEST(Codec, GivesBackWhatWasPutIn) {
  const ManifestFile manifest = decode_manifest("a.yaml", kText).manifest;
  ASSERT_EQ(manifest.documents.size(), 2U);
  const auto back = decode_cached_manifest(encode_manifest(manifest));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, manifest);
}

TEST(Codec, MissesWhenAnythingIsCutOff) {
  const std::string bytes = encode_manifest(decode_manifest("a.yaml", kText).manifest);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_cached_manifest(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_cached_manifest(bytes + "x"));
}

TEST(Codec, MissesWhenAnyByteIsAltered) {
  const std::string bytes = encode_manifest(decode_manifest("a.yaml", kText).manifest);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 0x41);
    EXPECT_FALSE(decode_cached_manifest(altered)) << at;
  }
}

// A writer that makes checksums of its own, as an attacker or a bug would.
TEST(Codec, MissesWhenAnIndexLeavesItsBoundsThoughTheChecksumIsRight) {
  const ManifestFile good = decode_manifest("a.yaml", kText).manifest;
  const auto is_miss = [&](auto&& change) {
    ManifestFile bad = good;
    change(bad);
    return !decode_cached_manifest(encode_manifest(bad));
  };
  EXPECT_FALSE(is_miss([](ManifestFile&) {}));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.nodes[0].end = 0; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.nodes[0].end = 1'000'000; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.nodes[0].end -= 1; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.nodes[1].text = 4'000'000'000U; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.nodes[1].size = 4'000'000'000U; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.nodes[1].quoted = 7; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.nodes[0].kind = YamlNode::Kind::scalar; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.documents[0] = 500; }));
  EXPECT_TRUE(is_miss([](ManifestFile& m) { m.tree.roots[0] = 500; }));
}

}  // namespace
}  // namespace keytide
