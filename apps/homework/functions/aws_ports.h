// The ports bound to S3, SES, Lambda and the process's clocks.
#pragma once

#include "homework/functions/ports.h"

namespace hearth::homework {

class S3ObjectStore final : public ObjectStore {
 public:
  explicit S3ObjectStore(std::string bucket) : bucket_(std::move(bucket)) {}

  void setDeadline(std::chrono::steady_clock::time_point deadline) { s3_.setDeadline(deadline); }

  sdk::Outcome<sdk::S3Object> get(std::string_view key) override { return s3_.getObject(bucket_, key); }
  sdk::Outcome<sdk::S3Object> head(std::string_view key) override { return s3_.headObject(bucket_, key); }
  sdk::Outcome<std::string> put(std::string_view key, std::string_view body,
                                const sdk::PutOptions& options) override {
    return s3_.putObject(bucket_, key, body, options);
  }
  sdk::Outcome<std::vector<sdk::ListedObject>> list(std::string_view prefix) override {
    auto listing = s3_.listObjectsV2(bucket_, prefix);
    if (!listing) return listing.error();
    return std::move(listing->objects);
  }

 private:
  const std::string bucket_;
  sdk::S3Client s3_;
};

class SesMailSender final : public MailSender {
 public:
  // In another region than the function's own when `region` is not empty.
  explicit SesMailSender(const std::string& region) : ses_(optionsFor(region)) {}

  void setDeadline(std::chrono::steady_clock::time_point deadline) { ses_.setDeadline(deadline); }

  sdk::Outcome<std::string> send(std::string_view from, std::string_view to, std::string_view mime) override {
    return ses_.sendRawEmail(from, {std::string(to)}, mime);
  }

 private:
  static sdk::ClientOptions optionsFor(const std::string& region) {
    sdk::ClientOptions options = sdk::ClientOptions::fromEnvironment("ses");
    if (!region.empty()) options.region = region;
    return options;
  }

  sdk::SesClient ses_;
};

class LambdaInvoker final : public Invoker {
 public:
  LambdaInvoker() : lambda_(options()) {}

  void setDeadline(std::chrono::steady_clock::time_point deadline) { lambda_.setDeadline(deadline); }

  sdk::Outcome<std::monostate> invokeLater(std::string_view function, std::string_view payload) override {
    return lambda_.invokeLater(function, payload);
  }

 private:
  // A student waits for what comes after it.
  static sdk::ClientOptions options() {
    sdk::ClientOptions options = sdk::ClientOptions::fromEnvironment("lambda");
    options.maxAttempts = 2;
    options.readTimeout = std::chrono::seconds(3);
    return options;
  }

  sdk::LambdaClient lambda_;
};

// Starts at an instant of the platform and goes on with the process's steady clock.
class SteadyRunClock final : public RunClock {
 public:
  SteadyRunClock(Instant start, std::chrono::steady_clock::time_point deadline)
      : start_(start), begun_(std::chrono::steady_clock::now()), deadline_(deadline) {}

  Instant now() override;
  void wait(std::chrono::milliseconds duration) override;
  std::chrono::milliseconds remaining() override;

 private:
  const Instant start_;
  const std::chrono::steady_clock::time_point begun_;
  const std::chrono::steady_clock::time_point deadline_;
};

}  // namespace hearth::homework
