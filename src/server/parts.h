// Parts: every engine and every service, in the order in which they are built. Each is given what it borrows;
// nothing looks anything up by itself.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "api/router.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/ticker.h"
#include "functions/code_store.h"
#include "functions/function_host.h"
#include "gateway/gateway.h"
#include "http/outbound.h"
#include "http/server.h"
#include "identity/authority.h"
#include "identity/directory.h"
#include "identity/policy_reader.h"
#include "identity/trust_policy.h"
#include "mail/outbox.h"
#include "sandbox/launch.h"
#include "schedule/engine.h"
#include "server/admin.h"
#include "server/answer_door.h"
#include "server/api_callers.h"
#include "server/certificates.h"
#include "server/pipeline.h"
#include "server/settings.h"
#include "server/template_values.h"
#include "services/apigateway/apigateway_service.h"
#include "services/cloudformation/cloudformation_service.h"
#include "services/cloudformation/custom_resources.h"
#include "services/cloudformation/wait_conditions.h"
#include "services/ecr/ecr_service.h"
#include "services/events/events_service.h"
#include "services/iam/iam_service.h"
#include "services/lambda/lambda_service.h"
#include "services/logs/log_writer.h"
#include "services/logs/logs_service.h"
#include "services/s3/lifecycle_engine.h"
#include "services/s3/s3_service.h"
#include "services/scheduler/scheduler_service.h"
#include "services/secretsmanager/secretsmanager_service.h"
#include "services/ses/ses_service.h"
#include "services/ssm/ssm_service.h"
#include "services/sts/sts_service.h"
#include "stacks/engine.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::server {

class Parts final {
 public:
  // `loop` outlives the parts. Throws or faults when the machine or the folder does not allow it.
  static Result<std::unique_ptr<Parts>> build(boost::asio::io_context& loop, const Settings& settings,
                                              std::unique_ptr<base::Clock> clock, AdminHooks hooks);
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // Binds the port and begins to work; the port that was taken.
  Result<int> start();
  // `tell` is called on the loop when no function can be started any more, ever.
  void onSpawnerEnd(std::function<void()> tell);
  // Outer before inner: first no more requests, then no more work, then the disk.
  Task<void> stop();

  JsonObject status() const;

 private:
  Parts(boost::asio::io_context& loop, const Settings& settings, std::unique_ptr<base::Clock> clock,
        std::unique_ptr<base::Random> random, std::unique_ptr<store::Keyring> keyring,
        std::unique_ptr<sandbox::Launcher> launcher, AdminHooks hooks);
  void migrate();
  void sweepBlobs();
  void bindServices();
  std::vector<api::ServiceAccess> accessRules();
  void registerResources();
  Result<int> listen();
  Result<void> addRootKeys();
  std::string dataPath(const char* name) const { return settings_.dataFolder + "/" + name; }
  Task<http::Response> handle(http::Request& request);
  std::optional<base::Time> housekeep();
  void flushUsageEverySecond();
  void makeGateway();
  // Whether an API may call the function as a role of its account.
  Result<void> mayInvokeAs(const std::string& role, const std::string& account, const std::string& function);

  boost::asio::io_context& loop_;
  const Settings settings_;
  std::unique_ptr<base::Clock> clock_;
  const base::SystemClock machineClock_;
  base::ByteBudget bodies_{256 << 20};
  base::ByteBudget jailBodies_{128 << 20};
  std::string homeAccount_;
  const std::unique_ptr<base::Random> randomSource_;  // the keyring borrows it before there are Parts
  base::Random& random_;

  // --- the disk and the machine
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<sandbox::Launcher> launcher_;
  store::Database database_;
  store::Blobs blobs_;
  base::ThreadPool pool_;

  // --- engines
  identity::Directory directory_;
  schedule::ScheduleEngine schedule_;
  mail::Outbox outbox_;
  stacks::Engine stacks_;
  functions::CodeStore code_;

  // --- services
  services::logs::LogsService logs_;
  services::logs::LogWriter logWriter_;
  services::s3::S3Service s3_;
  services::s3::LifecycleEngine lifecycle_;
  services::iam::IamService iam_;
  const identity::TrustPolicies trusts_{directory_};
  identity::Authority authority_{database_, iam_, *clock_};
  services::sts::StsService sts_;
  services::ecr::EcrService ecr_;
  services::lambda::LambdaService lambda_;
  services::events::EventsService events_;
  services::scheduler::SchedulerService scheduler_;
  services::ses::SesService ses_;
  const identity::PolicyReader policyReader_;
  services::apigateway::ApiGatewayService apigateway_;
  services::cloudformation::CloudFormationService cloudformation_;
  services::cloudformation::CustomResources customResources_{database_, *keyring_, stacks_,
                                                             lambda_,   *clock_,   random_};
  services::cloudformation::WaitConditions waitConditions_{database_, *keyring_, stacks_, *clock_, random_};
  services::ssm::SsmService ssm_;
  services::secretsmanager::SecretsManagerService secretsmanager_;
  const TemplateValues templateValues_{ssm_, secretsmanager_, authority_, directory_, *clock_};
  std::vector<std::unique_ptr<ports::ResourceProvider>> resources_;

  // --- requests
  std::unique_ptr<CertificateAuthority> certificates_;  // before http_, whose connections borrow it
  http::Server http_;
  std::unique_ptr<functions::FunctionHost> host_;
  std::unique_ptr<http::Outbound> endpoints_;  // null: APIs call none
  ApiCallers apiCallers_{directory_, authority_, database_, *clock_, machineClock_};
  std::unique_ptr<gateway::Gateway> gateway_;
  Admin admin_;
  AnswerDoor answers_{customResources_, waitConditions_};
  api::Router router_;
  std::unique_ptr<AccessGate> access_;
  std::unique_ptr<Pipeline> pipeline_;
  boost::asio::steady_timer usageTimer_;
  base::Ticker housekeeper_;
};

}  // namespace hearth::server
