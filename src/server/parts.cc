#include "server/parts.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "base/bytes.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/local_server.h"
#include "http/peer_address.h"
#include "identity/bucket_policy.h"
#include "server/addresses.h"
#include "server/guarded_provider.h"
#include "server/server.h"
#include "services/apigateway/apigateway_access.h"
#include "services/apigateway/apigateway_resources.h"
#include "services/apigateway/apigateway_store.h"
#include "services/cloudformation/cloudformation_access.h"
#include "services/ecr/ecr_access.h"
#include "services/events/events_access.h"
#include "services/events/events_resources.h"
#include "services/events/events_store.h"
#include "services/iam/iam_access.h"
#include "services/iam/iam_resources.h"
#include "services/iam/iam_store.h"
#include "services/lambda/lambda_access.h"
#include "services/lambda/lambda_resources.h"
#include "services/logs/logs_access.h"
#include "services/logs/logs_resources.h"
#include "services/s3/s3_access.h"
#include "services/s3/s3_resources.h"
#include "services/scheduler/scheduler_access.h"
#include "services/scheduler/scheduler_resources.h"
#include "services/scheduler/scheduler_store.h"
#include "services/secretsmanager/secretsmanager_access.h"
#include "services/secretsmanager/secretsmanager_resources.h"
#include "services/secretsmanager/secretsmanager_store.h"
#include "services/ses/ses_access.h"
#include "services/ses/ses_resources.h"
#include "services/ses/ses_store.h"
#include "services/ssm/ssm_access.h"
#include "services/ssm/ssm_resources.h"
#include "services/ssm/ssm_store.h"
#include "services/sts/sts_access.h"
#include "stacks/nested_stacks.h"
#include "stacks/resolving_provider.h"
#include "store/erasure.h"
#include "store/key_note.h"

namespace hearth::server {
namespace {

constexpr int kPoolThreads = 4;
constexpr auto kGrace = std::chrono::seconds(30);  // for what runs when the server stops
constexpr auto kLeastGrace = std::chrono::milliseconds(500);
constexpr auto kHousekeeping = std::chrono::minutes(10);

template <class Steps>
void append(std::vector<store::Migration>& into, const Steps& steps) {
  into.insert(into.end(), steps.begin(), steps.end());
}

void append(std::vector<std::unique_ptr<ports::ResourceProvider>>& into,
            std::vector<std::unique_ptr<ports::ResourceProvider>> more) {
  for (auto& provider : more) into.push_back(std::move(provider));
}

// The programs and files that come with this one lie beside its folder.
std::filesystem::path programFolder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

Result<sandbox::JailMode> jailMode(const std::string& name) {
  if (name == "auto") return sandbox::JailMode::kAuto;
  if (name == "strict") return sandbox::JailMode::kStrict;
  if (name == "off") return sandbox::JailMode::kOff;
  return Fault("InvalidArgument", "--jail is auto, strict or off; '" + name + "' is none of them.");
}

gateway::Throttle accountThrottle(const Settings& settings) {
  return {.rate = static_cast<double>(settings.gatewayRate), .burst = settings.gatewayRate / 2};
}

Result<mail::OutboxSettings> outboxSettings(const MailRelay& relay) {
  mail::OutboxSettings settings;
  if (relay.host.empty()) return settings;
  mail::Relay& target = settings.relay.emplace();
  target.host = relay.host;
  target.port = relay.port;
  target.user = relay.user;
  target.password = relay.password;
  target.caFile = relay.caFile;
  if (relay.security == "required")
    target.tls = mail::TlsMode::kRequired;
  else if (relay.security == "optional")
    target.tls = mail::TlsMode::kOptional;
  else if (relay.security == "implicit")
    target.tls = mail::TlsMode::kImplicit;
  else if (relay.security == "off")
    target.tls = mail::TlsMode::kOff;
  else
    return Fault("InvalidArgument", "--smtp-tls is required, optional, implicit or off.");
  return settings;
}

// A key is made for a folder without data alone.
store::Keyring::Missing missingKey(const std::string& dataFolder) {
  const bool isNew =
      !std::filesystem::exists(dataFolder + "/hearth.db") && !std::filesystem::exists(dataFolder + "/root.key");
  return isNew ? store::Keyring::Missing::kMake : store::Keyring::Missing::kRefuse;
}

Result<std::unique_ptr<sandbox::Launcher>> startLauncher(boost::asio::io_context& loop, const Settings& settings) {
  sandbox::LauncherOptions options;
  HEARTH_TRY(options.mode, jailMode(settings.jail));
  options.spawnerPath = (programFolder() / "hearth-spawner").string();
  options.runtimesDirectory = (programFolder().parent_path() / "runtimes").string();
  std::filesystem::path run = std::filesystem::absolute(settings.dataFolder) / "run";
  base::removeTree(run.string());
  base::createDirectories(run.string(), 0700);
  options.runDirectory = run.string();
  return sandbox::Launcher::start(loop, options);
}

// Came without TLS, over a network.
bool isExposed(const http::Origin& origin) {
  if (origin.secure || origin.listener != kPublicListener) return false;
  std::string peer = http::peerAddress(origin.peer);
  if (peer.starts_with("::ffff:")) peer = peer.substr(7);
  if (peer.starts_with("127.") || peer == "::1") return false;
  // From an address of this very machine; the kernel takes no such packet from a network.
  const auto own = machineAddresses();
  return std::find(own.begin(), own.end(), peer) == own.end();
}

std::vector<std::string> addressesBesideLoopback(const std::string& listened) {
  std::vector<std::string> addresses = reachedAddresses(listened);
  std::erase_if(addresses, [](const std::string& own) { return own.starts_with("127.") || own == "::1"; });
  return addresses;
}

Task<http::Response> refusePlain() {
  http::Response response = http::Response::text(400, "text/plain", "This port speaks TLS: use https.\n");
  response.close = true;
  co_return response;
}

}  // namespace

Result<std::unique_ptr<Parts>> Parts::build(boost::asio::io_context& loop, const Settings& settings,
                                            std::unique_ptr<base::Clock> clock, AdminHooks hooks) {
  // The spawner is started before anything else is, while this process is small and has one thread.
  HEARTH_TRY(auto launcher, startLauncher(loop, settings));
  auto random = std::make_unique<base::SystemRandom>();
  HEARTH_TRY(auto keyring, store::Keyring::open(settings.dataFolder, *random, missingKey(settings.dataFolder)));
  HEARTH_CHECK(outboxSettings(settings.relay));
  HEARTH_CHECK(launcher->awaitReady());
  std::unique_ptr<Parts> parts(new Parts(loop, settings, std::move(clock), std::move(random), std::move(keyring),
                                         std::move(launcher), std::move(hooks)));
  parts->migrate();
  HEARTH_CHECK(store::requireMasterKey(parts->database_, *parts->keyring_));
  HEARTH_CHECK(parts->addRootKeys());
  parts->sweepBlobs();
  parts->bindServices();
  parts->registerResources();
  return parts;
}

Parts::Parts(boost::asio::io_context& loop, const Settings& settings, std::unique_ptr<base::Clock> clock,
             std::unique_ptr<base::Random> random, std::unique_ptr<store::Keyring> keyring,
             std::unique_ptr<sandbox::Launcher> launcher, AdminHooks hooks)
    : loop_(loop),
      settings_(settings),
      clock_(std::move(clock)),
      randomSource_(std::move(random)),
      random_(*randomSource_),
      keyring_(std::move(keyring)),
      launcher_(std::move(launcher)),
      database_(dataPath("hearth.db")),
      blobs_(dataPath("blobs"), *keyring_, random_),
      pool_(kPoolThreads),
      directory_(database_, *keyring_, *clock_, random_),
      schedule_(database_, *clock_, random_),
      outbox_(database_, *keyring_, *clock_, random_, outboxSettings(settings.relay).value()),
      stacks_(database_, *keyring_, *clock_, random_),
      code_(launcher_->runDirectory(), blobs_, database_, pool_),
      logs_(database_, *keyring_, *clock_),
      logWriter_(database_, logs_.store(), *clock_),
      s3_(database_, *keyring_, blobs_, pool_, random_, *clock_,
          {.canonicalIdOf = [this](const std::string& account) { return directory_.canonicalIdOf(account); },
           .checkPolicy = identity::checkBucketPolicy,
           .isPublicPolicy = identity::isPublicPolicy}),
      lifecycle_(s3_, database_, *clock_),
      iam_(database_, directory_, *clock_, random_),
      sts_(directory_),
      lambda_(database_, *keyring_, code_, s3_, directory_, authority_, pool_, random_, *clock_),
      events_(database_, schedule_, lambda_, *clock_, random_),
      scheduler_(database_, schedule_, lambda_, directory_, authority_, *clock_, random_),
      ses_(database_, outbox_, *clock_, random_),
      apigateway_(database_, *keyring_, s3_, policyReader_, pool_, *clock_, random_, accountThrottle(settings)),
      cloudformation_(database_, stacks_, s3_, pool_),
      ssm_(database_, *keyring_, *clock_),
      secretsmanager_(database_, *keyring_, *clock_, random_),
      http_(loop, http::ServerLimits{}, [this](http::Request& request) { return handle(request); }),
      admin_(database_, outbox_, {.status = [this] { return status(); }, .stop = std::move(hooks.stop)}),
      usageTimer_(loop),
      housekeeper_("housekeeping", *clock_, [this] { return housekeep(); }) {
  http_.setDateClock(*clock_);
  functions::HostParts host{.loop = loop_,
                            .launcher = *launcher_,
                            .code = code_,
                            .pool = pool_,
                            .database = database_,
                            .keyring = *keyring_,
                            .logs = logWriter_,
                            .credentials = directory_,
                            .clock = *clock_,
                            .random = random_};
  host.serveEndpoint = [this](base::Fd socket, const std::string& name) {
    http_.listen(std::move(socket), name, certificates_->context());
  };
  host.closeEndpoint = [this](const std::string& name) { http_.closeListener(name); };
  host.resolve = [this](const std::string& arn) { return lambda_.resolve(arn); };
  host.endedEvent = [this](const functions::EndedEvent& event) {
    lambda_.eventEnded(event);
    const bool succeeded = event.condition == functions::EndedEvent::Condition::kSuccess;
    if (!succeeded) customResources_.invocationFailed(event.invocation.requestId);
  };
  host_ = std::make_unique<functions::FunctionHost>(std::move(host));
  lambda_.setHost(*host_);
  makeGateway();
}

Parts::~Parts() = default;

void Parts::makeGateway() {
  gateway::GatewaySettings limits;
  limits.integrationTimeout = std::chrono::seconds(settings_.gatewayTimeoutSeconds);
  limits.accountThrottle = accountThrottle(settings_);
  gateway::ServiceCaller services = [this](gateway::ServiceCall call) {
    return pipeline_->callAs(std::move(call));
  };
  gateway::RoleGate roles = [this](const std::string& role, const std::string& account,
                                   const std::string& function) { return mayInvokeAs(role, account, function); };
  gateway::HttpCaller endpoints;
  if (settings_.httpIntegrations != "off") {
    const bool any = settings_.httpIntegrations == "any";
    endpoints_ = std::make_unique<http::Outbound>(
        loop_, http::OutboundOptions{.reach = any ? http::Reach::kAny : http::Reach::kPublic});
    endpoints = [this](http::OutboundRequest request) { return endpoints_->send(std::move(request)); };
  }
  gateway_ = std::make_unique<gateway::Gateway>(gateway::GatewayParts{.invoker = lambda_,
                                                                      .services = std::move(services),
                                                                      .endpoints = std::move(endpoints),
                                                                      .roles = roles,
                                                                      .callers = apiCallers_,
                                                                      .policies = policyReader_,
                                                                      .meter = apigateway_,
                                                                      .clock = *clock_,
                                                                      .random = random_,
                                                                      .stages = apigateway_},
                                                limits);
  apigateway_.setMethodTester([this](gateway::MethodTrial trial) { return gateway_->tryMethod(std::move(trial)); });
  apigateway_.setAuthorizerTester([this, roles](gateway::AuthorizerTrial trial) {
    return gateway::tryAuthorizer(std::move(trial), lambda_, policyReader_, *clock_, random_, roles);
  });
}

// The session is named as on AWS.
Result<void> Parts::mayInvokeAs(const std::string& role, const std::string& account, const std::string& function) {
  HEARTH_CHECK(directory_.getAssumable(role, "apigateway.amazonaws.com", account));
  return authority_.mayDo({.roleArn = role,
                           .sessionName = "BackplaneAssumeRoleSession",
                           .action = "lambda:InvokeFunction",
                           .resource = function});
}

// Every table of the product, in the order in which parts build on each other.
void Parts::migrate() {
  std::vector<store::Migration> steps;
  append(steps, store::keyNoteMigrations());
  append(steps, identity::directoryMigrations());
  append(steps, schedule::migrations());
  append(steps, mail::migrations());
  append(steps, stacks::Engine::migrations());
  append(steps, functions::FunctionHost::migrations());
  append(steps, services::logs::logsMigrations());
  append(steps, services::s3::s3Migrations());
  append(steps, services::iam::iamMigrations());
  append(steps, services::lambda::lambdaMigrations());
  append(steps, services::events::eventsMigrations());
  append(steps, services::scheduler::schedulerMigrations());
  append(steps, services::ses::sesMigrations());
  append(steps, services::apigateway::apigatewayMigrations());
  append(steps, services::cloudformation::CustomResources::migrations());
  append(steps, services::cloudformation::WaitConditions::migrations());
  append(steps, services::ssm::ssmMigrations());
  append(steps, services::secretsmanager::secretsmanagerMigrations());
  database_.migrate(steps);
}

// What a crash left of bodies that no row refers to.
void Parts::sweepBlobs() {
  std::unordered_set<store::BlobId> used;
  s3_.forEachBlob([&](const store::BlobId& blob) { used.insert(blob); });
  blobs_.sweep([&](const store::BlobId& blob) { return used.contains(blob) || code_.refersTo(blob); });
}

Result<void> Parts::addRootKeys() {
  HEARTH_TRY(cli::RootKey home, cli::openRootKey(settings_.dataFolder, *keyring_, random_));
  homeAccount_ = home.account;
  directory_.addRootKey({home.account, home.accessKeyId, home.secretAccessKey, ""});
  for (const identity::RootKey& key : settings_.rootKeys) directory_.addRootKey(key);
  return {};
}

void Parts::bindServices() {
  api::s3::bind(router_, s3_);
  api::lambda::bind(router_, lambda_);
  api::apigateway::bind(router_, apigateway_);
  api::cloudformation::bind(router_, cloudformation_);
  api::iam::bind(router_, iam_);
  api::sts::bind(router_, sts_);
  api::ecr::bind(router_, ecr_);
  api::events::bind(router_, events_);
  api::scheduler::bind(router_, scheduler_);
  api::logs::bind(router_, logs_);
  api::ses::bind(router_, ses_);
  api::ssm::bind(router_, ssm_);
  api::secretsmanager::bind(router_, secretsmanager_);
  authority_.addResourcePolicies("s3", s3_);
  authority_.addResourcePolicies("sts", trusts_);
  std::vector<api::ServiceAccess> rules = accessRules();
  for (const api::ServiceAccess& service : rules) authority_.addKeys(service.keys);
  access_ = std::make_unique<AccessGate>(authority_, router_.services(), std::move(rules));
  pipeline_ = std::make_unique<Pipeline>(PipelineParts{.router = router_,
                                                       .database = database_,
                                                       .directory = directory_,
                                                       .access = *access_,
                                                       .gateway = *gateway_,
                                                       .admin = admin_,
                                                       .answers = answers_,
                                                       .bodies = bodies_,
                                                       .jailBodies = jailBodies_,
                                                       .clock = *clock_,
                                                       .machineClock = machineClock_,
                                                       .random = random_});
}

std::vector<api::ServiceAccess> Parts::accessRules() {
  std::vector<api::ServiceAccess> rules;
  rules.push_back(services::s3::s3Access());
  rules.push_back(services::lambda::lambdaAccess());
  rules.push_back(services::apigateway::apigatewayAccess());
  rules.push_back(services::cloudformation::cloudformationAccess(cloudformation_.accessNames()));
  rules.push_back(services::iam::iamAccess(iam_.accessNames()));
  rules.push_back(services::sts::stsAccess());
  rules.push_back(services::ecr::ecrAccess());
  rules.push_back(services::events::eventsAccess());
  rules.push_back(services::scheduler::schedulerAccess());
  rules.push_back(services::logs::logsAccess());
  rules.push_back(services::ses::sesAccess());
  rules.push_back(services::ssm::ssmAccess());
  rules.push_back(services::secretsmanager::secretsmanagerAccess(secretsmanager_.accessNames()));
  return rules;
}

void Parts::registerResources() {
  stacks_.setTemplateValues(templateValues_);
  append(resources_, services::s3::makeS3Resources(s3_));
  append(resources_, services::lambda::makeLambdaResources(lambda_));
  append(resources_, services::apigateway::makeApiGatewayResources(apigateway_));
  append(resources_, services::iam::makeIamResources(iam_));
  append(resources_, services::events::makeEventsResources(events_));
  append(resources_, services::scheduler::makeSchedulerResources(scheduler_));
  append(resources_, services::logs::makeLogsResources(logs_));
  append(resources_, services::ses::makeSesResources(ses_));
  resources_.push_back(customResources_.makeProvider());
  append(resources_, waitConditions_.makeProviders());
  resources_.push_back(std::make_unique<stacks::NestedStacks>(
      database_, *keyring_, stacks_, [this](const std::string& account, const std::string& url) {
        return cloudformation_.fetchTemplate(account, url);
      }));
  append(resources_, services::ssm::makeSsmResources(ssm_));
  append(resources_, services::secretsmanager::makeSecretsManagerResources(secretsmanager_));
  for (auto& provider : resources_) {
    const api::TypeRule* rule = access_->findType(provider->spec().type);
    provider = std::make_unique<GuardedProvider>(std::move(provider), rule, authority_, directory_, *clock_);
    provider = std::make_unique<stacks::ResolvingProvider>(std::move(provider), templateValues_);
    stacks_.registerProvider(*provider);
  }
}

Task<http::Response> Parts::handle(http::Request& request) {
  if (settings_.tls && isExposed(request.origin)) return refusePlain();
  return pipeline_->handle(request);
}

Result<int> Parts::start() {
  for (const sandbox::Wall& wall : launcher_->walls())
    if (!wall.present)
      base::logWarning("jail", "functions run without a wall", {{"wall", wall.name}, {"why", wall.why}});
  HEARTH_TRY(int port, listen());
  host_->start();
  stacks_.start();
  schedule_.start();
  outbox_.start();
  housekeeper_.start();
  lifecycle_.start();
  flushUsageEverySecond();
  return port;
}

// One port for everything: AWS's protocols and APIs, plain or over TLS, and tunnels to AWS's names, which end here.
Result<int> Parts::listen() {
  HEARTH_TRY(certificates_, CertificateAuthority::open(settings_.dataFolder, *keyring_, machineClock_, random_,
                                                       addressesBesideLoopback(settings_.address)));
  launcher_->setAuthority(certificates_->certificate());
  http::TlsContext tls = certificates_->context();
  if (!settings_.tlsCertificate.empty()) {
    HEARTH_TRY(tls, loadTls(settings_.tlsCertificate, settings_.tlsKey));
  }
  http_.setTunnelPolicy([this](std::string_view host, int port) -> http::TlsContext {
    return port == 443 && isAwsName(base::toLower(host)) ? certificates_->context() : nullptr;
  });
  return http_.listen(settings_.address, settings_.port, kPublicListener, std::move(tls));
}

// What keys have used of their quotas reaches the disk at most a second late.
void Parts::flushUsageEverySecond() {
  usageTimer_.expires_after(std::chrono::seconds(1));
  usageTimer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    gateway_->flushUsage();
    logWriter_.retry();
    flushUsageEverySecond();
  });
}

void Parts::onSpawnerEnd(std::function<void()> tell) { launcher_->onEnd(std::move(tell)); }

Task<void> Parts::stop() {
  housekeeper_.stop();
  lifecycle_.stop();
  schedule_.stop();
  outbox_.stop();
  // Functions that run go on calling services through the listeners of their environments.
  host_->holdEvents();
  const auto end = std::chrono::steady_clock::now() + kGrace;
  co_await http_.drainListener(kPublicListener, kGrace);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  co_await host_->stop(std::max(left, kLeastGrace));
  co_await http_.stop(kLeastGrace);
  stacks_.stop();
  usageTimer_.cancel();
  gateway_->flushUsage();
  launcher_->stop();
  pool_.stop();
  database_.stop();
}

// Retention, now and then; secrets whose recovery window is over; stacks that were deleted long ago; and what was
// deleted leaves the database's log.
std::optional<base::Time> Parts::housekeep() {
  database_.post([this] { logs_.expire(); });
  database_.post([this] { secretsmanager_.expire(); });
  database_.post([this] { stacks_.expire(); });
  store::truncateLog(database_);
  return clock_->now() + kHousekeeping;
}

JsonObject Parts::status() const {
  functions::HostStatus functions = host_->status();
  JsonArray walls;
  for (const sandbox::Wall& wall : launcher_->walls())
    walls.push_back(JsonObject{{"name", wall.name}, {"present", wall.present}, {"why", wall.why}});
  return {{"version", kVersion},
          {"account", homeAccount_},
          {"region", settings_.region},
          {"time", base::formatIso8601(clock_->now())},
          {"environments", functions.environments},
          {"running", functions.running},
          {"events", functions.events},
          {"mail", settings_.relay.host.empty() ? std::string("kept in the outbox: no relay is set")
                                                : "delivered through " + settings_.relay.host},
          {"walls", std::move(walls)}};
}

}  // namespace hearth::server
