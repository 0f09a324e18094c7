// A repository of somebody else's, changed by the real git program and served over HTTP on
// loopback, as any web server would: files, and nothing of git's own.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "providers/http/server.h"
#include "providers/sources/git_source.h"
#include "providers/system/child_process.h"
#include "tests/support/temp_folder.h"

namespace keytide {

class GitWorld : public ::testing::Test {
 protected:
  GitWorld() {
    std::filesystem::create_directory(at("work"));
    git({"init", "--quiet", "--initial-branch=main"});
    git({"init", "--quiet", "--bare", "--initial-branch=main", at("theirs.git")});
    auto started = HttpServer::start(
        {}, [this](const HttpRequest& request, const std::string&) { return serve(request); });
    EXPECT_TRUE(started.has_value()) << started.error().text();
    server_ = std::move(*started);
  }

  std::string at(const std::string& name) const { return folder_.file(name); }

  // Runs git in the folder `work`; its output without the last newline.
  std::string git(std::vector<std::string> arguments) { return run("git", std::move(arguments)); }

  std::string run(const std::string& program, std::vector<std::string> arguments) {
    ChildRequest request;
    request.command = std::move(arguments);
    request.command.insert(request.command.begin(), program);
    request.directory = at("work");
    request.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                           {"HOME", folder_.path()},
                           {"GIT_CONFIG_NOSYSTEM", "1"},
                           {"GIT_AUTHOR_NAME", "Ann"},
                           {"GIT_AUTHOR_EMAIL", "ann@example.com"},
                           {"GIT_COMMITTER_NAME", "Ann"},
                           {"GIT_COMMITTER_EMAIL", "ann@example.com"},
                           {"GIT_COMMITTER_DATE", "2026-11-23T20:47:46Z"}};
    const auto result = run_child(request);
    EXPECT_TRUE(result && result->succeeded()) << program << ": " << (result ? result->errors : "");
    std::string out = result ? result->output : "";
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }

  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = at("work/" + name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  // Commits what lies in `work`, and pushes it. The commit's id.
  std::string commit(const std::vector<std::string>& how = {}) {
    git({"add", "-A"});
    std::vector<std::string> arguments = how;
    arguments.insert(arguments.end(), {"commit", "--quiet", "--allow-empty", "-m", "a change"});
    git(arguments);
    return push("HEAD");
  }

  std::string push(const std::string& what, const std::string& branch = "main") {
    git({"push", "--quiet", "--force", at("theirs.git"), what + ":refs/heads/" + branch});
    git({"--git-dir=" + at("theirs.git"), "update-server-info"});
    return git({"rev-parse", what});
  }

  // Makes the key pair NAME and NAME.pub; how a commit is signed with it.
  std::vector<std::string> make_key(const std::string& name) {
    run("ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-C", name, "-f", at(name)});
    return {"-c", "gpg.format=ssh",     "-c", "user.signingkey=" + at(name),
            "-c", "commit.gpgsign=true"};
  }

  // Writes a file of signers: NAME@example.com for each.
  void allow_signers(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
      text += name + "@example.com namespaces=\"git\" " + folder_.read(name + ".pub");
    }
    folder_.write("signers", text);
  }

  void write_program(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    folder_.write(name, text);
    chmod(at(name).c_str(), 0755);
  }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/theirs.git";
  }
  GitConfig config() const { return {url(), "main", "", Seconds(60), "", ""}; }
  GitConfig signed_config() const { return {url(), "main", "", Seconds(60), at("signers"), ""}; }
  GitSource source(const GitConfig& config) const { return {config, at("cache"), host_}; }
  GitSource source() const { return source(config()); }

  // One right entry.
  static std::string manifest(const std::string& address, char last) {
    return "keytide: 1\nsecrets:\n  " + address +
           ": {org: 32b6e34b3d91647abb20e7b8, client_id: mdb_sa_id_1234567890abcdef1234567" + last +
           ",\n    lifetime: 90d, deliver: [{file: {path: \"/run/{{name}}\"}}]}\n";
  }

  // The paths that were read, without what stands before them.
  static std::vector<std::string> names_of(const SourceFiles& found) {
    std::vector<std::string> out;
    for (const SourceFile& file : found.files) {
      out.push_back(file.path.substr(file.path.rfind(':') + 1));
    }
    return out;
  }

  TempFolder folder_;
  Environment host_{{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  std::unique_ptr<HttpServer> server_;
  std::atomic<bool> redirects_{false};
  std::atomic<bool> asks_for_password_{false};
  std::atomic<bool> hangs_{false};  // never answers, while anybody waits

 private:
  HttpReply serve(const HttpRequest& request) const {
    HttpReply reply;
    if (hangs_) reply.effects.delay = std::chrono::hours(1);
    const std::string path = request.url.substr(0, request.url.find('?'));
    if (redirects_) {
      reply.response = {302, {{"Location", "http://127.0.0.1:1" + request.url}}, ""};
      return reply;
    }
    if (asks_for_password_) {
      reply.response = {401, {{"WWW-Authenticate", "Basic realm=\"git\""}}, ""};
      return reply;
    }
    std::ifstream in(folder_.path() + path, std::ios::binary);
    const bool is_there = in.good() && std::filesystem::is_regular_file(folder_.path() + path);
    reply.response.status = is_there ? 200 : 404;
    if (is_there) reply.response.body = {std::istreambuf_iterator<char>(in), {}};
    return reply;
  }
};

}  // namespace keytide
