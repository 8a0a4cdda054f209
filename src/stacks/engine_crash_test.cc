// The server is killed at every point of every kind of operation: in the middle of each provider's call, whose
// transaction is lost with it, and between each two steps. The next server finishes the operation, and what exists
// is what would have existed without the accident.
#include <sys/wait.h>
#include <unistd.h>

#include "stacks/engine_world_test.h"

namespace hearth::stacks {
namespace {

constexpr const char* kBefore = R"yaml(
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 1, Link: !Ref C}}
  B: {Type: AWS::X::Thing, Properties: {Size: 2}}
  C: {Type: AWS::X::Thing, Properties: {Name: c}}
  D: {Type: AWS::X::Thing, Properties: {Size: 4, Link: !Ref B}}
)yaml";
constexpr const char* kAfter = R"yaml(
Resources:
  A: {Type: AWS::X::Thing, Properties: {Size: 1, Link: !Ref C}}
  B: {Type: AWS::X::Thing, Properties: {Size: 20}, DependsOn: N}
  C: {Type: AWS::X::Thing, Properties: {Name: cc}, DependsOn: B}
  N: {Type: AWS::X::Thing, Properties: {Size: 9}}
)yaml";

// Around the same as a nested stack: what comes after it fails, so that the child has to come back from where it
// waits.
constexpr const char* kAround = R"yaml(
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child}}
  P: {Type: AWS::X::Thing, DependsOn: Child, Properties: {Size: 1}}
)yaml";
constexpr const char* kAroundAfter = R"yaml(
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child}}
  P: {Type: AWS::X::Thing, DependsOn: Child, Properties: {Size: 2}}
)yaml";

// The same with resources that take time: one that is changed, and one that is replaced.
std::string slowly(std::string text) {
  for (const std::string name : {"  B: {Type: AWS::X::", "  C: {Type: AWS::X::"}) {
    const std::size_t at = text.find(name + "Thing");
    text.replace(at, name.size() + 5, name + "Slow");
  }
  return text;
}

constexpr int kKilled = 9;

enum class Form { kPlain, kSlow, kNested };
enum class Kind { kCreate, kFailingCreate, kUpdate, kFailingUpdate, kDelete, kRollback };

struct Scenario {
  Kind kind;
  std::size_t resourcesPerStep;
  bool insideCalls;  // else between steps
  Form form;
};

std::string nameOf(const ::testing::TestParamInfo<Scenario>& info) {
  static const std::map<Kind, std::string> kNames = {
      {Kind::kCreate, "create"}, {Kind::kFailingCreate, "failingCreate"},
      {Kind::kUpdate, "update"}, {Kind::kFailingUpdate, "failingUpdate"},
      {Kind::kDelete, "delete"}, {Kind::kRollback, "rollback"}};
  return kNames.at(info.param.kind) + (info.param.insideCalls ? "InsideCall" : "BetweenSteps") +
         std::to_string(info.param.resourcesPerStep) +
         (info.param.form == Form::kSlow     ? "Slow"
          : info.param.form == Form::kNested ? "Nested"
                                             : "");
}

class EngineCrash : public ::testing::TestWithParam<Scenario> {
 protected:
  static void configure(World& world) {
    // A is the last one of both templates.
    const std::string last = isNested() ? "P" : "A";
    const Kind kind = GetParam().kind;
    if (kind == Kind::kFailingCreate) world.things->failures = {{"create " + last, -1}};
    if (kind == Kind::kFailingUpdate) world.things->failures = {{"update " + last, -1}};
    world.templates["child"] = kind == Kind::kUpdate || kind == Kind::kFailingUpdate ? kAfter : kBefore;
  }
  static bool isNested() { return GetParam().form == Form::kNested; }
  static bool standsBefore() { return GetParam().kind != Kind::kCreate && GetParam().kind != Kind::kFailingCreate; }
  static std::string before() {
    return isNested() ? kAround : GetParam().form == Form::kSlow ? slowly(kBefore) : kBefore;
  }
  static std::string after() {
    return isNested() ? kAroundAfter : GetParam().form == Form::kSlow ? slowly(kAfter) : kAfter;
  }
  static bool order(World& world) {
    switch (GetParam().kind) {
      case Kind::kCreate:
      case Kind::kFailingCreate:
        return world.create("demo", before()).ok();
      case Kind::kUpdate:
      case Kind::kFailingUpdate:
        return world.update("demo", after()).ok();
      case Kind::kDelete:
        return world.remove("demo").ok();
      case Kind::kRollback:
        return world.order([&] { return world.engine->rollbackStack(world.place, "demo", "", "", false); }).ok();
    }
    return false;
  }

  // The child's life: give the order and die at the `point`-th opportunity. Never returns.
  [[noreturn]] static void liveAndDie(const std::string& folder, int point) {
    static int passed = 0;
    const auto opportunity = [point] {
      if (passed++ == point) ::_exit(kKilled);
    };
    Engine::Options options;
    options.resourcesPerStep = GetParam().resourcesPerStep;
    if (!GetParam().insideCalls) {
      options.mayStep = [opportunity] {
        opportunity();
        return true;
      };
    }
    World world(folder, options);
    configure(world);
    if (GetParam().insideCalls) world.things->inCall = world.slow->inCall = opportunity;
    const std::string id = world.status("demo") == "none" ? "" : world.engine->getStack(world.place, "demo")->id;
    if (!order(world)) ::_exit(3);
    const std::string ordered = id.empty() ? world.engine->getStack(world.place, "demo")->id : id;
    world.engine->start();
    if (!world.engine->waitUntilIdle(ordered, std::chrono::seconds(60))) ::_exit(4);
    ::_exit(0);
  }

  static std::ptrdiff_t count(const std::vector<std::string>& calls, const std::string& call) {
    return std::count(calls.begin(), calls.end(), call);
  }

  // An update that fails at its last resource, and leaves everything as it is then.
  static void failAndStay(World& world) {
    world.things->failures = {{isNested() ? "update P" : "update A", 1}};
    world.templates["child"] = kAfter;
    EXPECT_TRUE(world.update("demo", after(), [](UpdateStackInput& input) { input.disableRollback = true; }).ok());
    EXPECT_TRUE(world.settle("demo"));
    EXPECT_EQ(world.status("demo"), "UPDATE_FAILED");
    if (isNested()) {
      EXPECT_TRUE(world.settle(world.engine->getResource(world.place, "demo", "Child")->physicalId));
    }
  }

  // Kills at `point`, lets the next server finish, and checks. False when the operation ended before that point.
  static bool surviveDeathAt(int point) {
    const Folder folder;
    std::string existingBefore;
    std::set<std::string> idsBefore;
    std::string id;
    if (standsBefore()) {
      World world(folder.path());
      world.templates["child"] = kBefore;
      world.engine->start();
      EXPECT_TRUE(world.create("demo", before()).ok());
      EXPECT_TRUE(world.settle("demo"));
      existingBefore = world.existing();
      idsBefore = world.existingIds();
      id = world.engine->getStack(world.place, "demo")->id;
      if (GetParam().kind == Kind::kRollback) failAndStay(world);
    }
    const pid_t child = ::fork();
    if (child == 0) liveAndDie(folder.path(), point);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    const bool killed = WEXITSTATUS(status) == kKilled;
    EXPECT_TRUE(killed || WEXITSTATUS(status) == 0) << "child ended with " << WEXITSTATUS(status);

    World world(folder.path());
    configure(world);
    if (id.empty()) id = world.engine->getStack(world.place, "demo")->id;
    EXPECT_EQ(world.database->query("SELECT 1 FROM stacks_stacks WHERE operation IS NOT NULL").next(), killed);
    world.engine->start();
    world.database->post([&world] { world.slow->answerAll(); });  // what was asked for before the accident
    EXPECT_TRUE(world.engine->waitUntilIdle(id, std::chrono::seconds(60)));
    for (const std::string call : {"create B", "update B", "restore B", "remove B"})
      EXPECT_LE(count(world.slow->asked(), call), 1) << call;
    EXPECT_EQ(world.existingIds(), world.believedIds(id)) << "the engine believes what is true";
    switch (GetParam().kind) {
      case Kind::kCreate:
        EXPECT_EQ(world.status(id), "CREATE_COMPLETE");
        EXPECT_EQ(world.existingIds().size(), isNested() ? 5U : 4U);
        break;
      case Kind::kFailingCreate:
        EXPECT_EQ(world.status(id), "ROLLBACK_COMPLETE");
        EXPECT_EQ(world.existing(), "");
        break;
      case Kind::kUpdate: {
        EXPECT_EQ(world.status(id), "UPDATE_COMPLETE");
        const std::string inner = isNested() ? world.engine->getResource(world.place, id, "Child")->physicalId : id;
        const std::string c = world.engine->getResource(world.place, inner, "C")->physicalId;
        EXPECT_FALSE(idsBefore.contains(c));
        EXPECT_EQ(world.existing(), R"(A {"Size":1,"Link":")" + c +
                                        R"("}; B {"Size":20}; C {"Name":"cc"}; N {"Size":9})" +
                                        (isNested() ? R"(; P {"Size":2})" : ""));
        break;
      }
      case Kind::kFailingUpdate:
      case Kind::kRollback:
        EXPECT_EQ(world.status(id), "UPDATE_ROLLBACK_COMPLETE");
        EXPECT_EQ(world.existing(), existingBefore);
        EXPECT_EQ(world.existingIds(), idsBefore);
        break;
      case Kind::kDelete:
        EXPECT_EQ(world.status(id), "DELETE_COMPLETE");
        EXPECT_EQ(world.existing(), "");
        break;
    }
    return killed;
  }
};

TEST_P(EngineCrash, isSurvivedAtEveryPoint) {
  int point = 0;
  while (point < 200 && surviveDeathAt(point) && !HasFailure()) ++point;
  EXPECT_GE(point, GetParam().insideCalls ? 3 : 1) << "there were points to die at";
  EXPECT_LT(point, 200);
}

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  for (const Kind kind :
       {Kind::kCreate, Kind::kFailingCreate, Kind::kUpdate, Kind::kFailingUpdate, Kind::kDelete, Kind::kRollback}) {
    for (const std::size_t perStep : {std::size_t{1}, std::size_t{8}}) {
      for (const bool inside : {true, false}) all.push_back({kind, perStep, inside, Form::kPlain});
    }
    for (const Form form : {Form::kSlow, Form::kNested}) {
      for (const bool inside : {true, false}) all.push_back({kind, 8, inside, form});
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(AllOperations, EngineCrash, ::testing::ValuesIn(scenarios()), nameOf);

}  // namespace
}  // namespace hearth::stacks
