#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/testing_policies.h"

namespace hearth::services::apigateway {
namespace {

class NoObjects final : public ports::ObjectReader {
  Result<std::string> readObject(const ports::ObjectRef&, std::uint64_t) override {
    return Fault("NoSuchBucket", "There are no buckets here.", 404);
  }
};

TEST(Usage, CountsWhoseWriteFailedAreAddedWithTheNext) {
  std::string folder = ::testing::TempDir() + "hearth-usage-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  {
    base::SystemRandom random;
    base::SystemClock clock;
    const auto keyring = store::Keyring::open(folder, random).value();
    store::Database database(folder + "/hearth.db");
    auto steps = apigatewayMigrations();
    // While there is a row, no usage can be written.
    steps.push_back({"broken/001",
                     "CREATE TABLE broken(x INTEGER) STRICT;"
                     "CREATE TRIGGER breaks BEFORE INSERT ON apigateway_usage WHEN EXISTS (SELECT 1 FROM broken)"
                     " BEGIN SELECT RAISE(ABORT, 'broken'); END;"});
    database.migrate(steps);
    NoObjects objects;
    const testing::FakePolicies policies;
    base::ThreadPool pool(1);
    ApiGatewayService service(database, *keyring, objects, policies, pool, clock, random, {});
    const auto run = [&](const std::function<void()>& work) {
      const auto written = database.writeAndWait([&]() -> Result<void> {
        work();
        return {};
      });
      EXPECT_TRUE(written.ok());
    };
    run([&] { database.execute("INSERT INTO broken VALUES (1)"); });
    service.add({{"plan", "key", 7, 3}});
    service.add({{"plan", "key", 7, 2}, {"plan", "key", 8, 1}});
    run([] {});
    EXPECT_EQ(service.used("plan", "key", 0, 100), 6) << "kept, though not written";
    EXPECT_EQ(service.used("plan", "key", 8, 8), 1);
    run([&] { database.execute("DELETE FROM broken"); });
    service.add({{"plan", "key", 8, 10}});
    run([] {});
    EXPECT_EQ(service.used("plan", "key", 0, 100), 16);
    auto rows = database.query("SELECT sum(requests) FROM apigateway_usage WHERE plan_id = 'plan'");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 16);
  }
  base::removeTree(folder);
}

}  // namespace
}  // namespace hearth::services::apigateway
