// Every file of every corpus goes through its target once: what was found stays mended, in every build.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#define HEARTH_FUZZ_TARGETS(X) \
  X(authorizer)                \
  X(aws_chunked)               \
  X(cron)                      \
  X(gift)                      \
  X(http_chunked)              \
  X(http_endpoint)             \
  X(http_head)                 \
  X(json_schema)               \
  X(jsonpath)                  \
  X(mime)                      \
  X(openapi)                   \
  X(policy)                    \
  X(sigv4)                     \
  X(submission)                \
  X(template)                  \
  X(vtl)                       \
  X(wire_json)                 \
  X(wire_query)                \
  X(wire_request)              \
  X(wire_xml)

#define HEARTH_DECLARE(name) extern "C" int name##_fuzz(const std::uint8_t* data, std::size_t size);
HEARTH_FUZZ_TARGETS(HEARTH_DECLARE)

namespace {

namespace fs = std::filesystem;

struct Target {
  std::string name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};

#define HEARTH_ENTRY(name) {#name, name##_fuzz},
const Target kTargets[] = {HEARTH_FUZZ_TARGETS(HEARTH_ENTRY)};

class Corpus : public testing::TestWithParam<Target> {};

TEST_P(Corpus, PassesItsTarget) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(HEARTH_CORPUS) / GetParam().name)) {
    std::ifstream file(entry.path(), std::ios::binary);
    ASSERT_TRUE(file.is_open()) << entry.path();
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    SCOPED_TRACE(entry.path().string());
    EXPECT_EQ(GetParam().run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
    ++files;
  }
  EXPECT_GT(files, 0U);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(kTargets),
                         [](const auto& parameter) { return parameter.param.name; });

TEST(CorpusFolder, HasNoFolderWithoutTarget) {
  std::set<std::string> known;
  for (const Target& target : kTargets) known.insert(target.name);
  for (const auto& entry : fs::directory_iterator(HEARTH_CORPUS))
    EXPECT_TRUE(known.contains(entry.path().filename().string())) << entry.path();
}

}  // namespace
