#include "ports/resource_provider.h"

#include <gtest/gtest.h>

namespace hearth::ports {
namespace {

ResourceRequest request(const std::string& stack, const std::string& logicalId) {
  ResourceRequest result;
  result.stackName = stack;
  result.logicalId = logicalId;
  result.uniqueToken = "ABCDEFGH1234";
  return result;
}

TEST(ResourceRequest, namesAfterStackAndResource) {
  EXPECT_EQ(request("homework", "Bucket").generatedName(), "homework-Bucket-ABCDEFGH1234");
  EXPECT_EQ(request("homework", "Bucket").generatedName(63, true), "homework-bucket-abcdefgh1234");
}

TEST(ResourceRequest, cutsTheLongerPartsAndKeepsTheToken) {
  const std::string longName(100, 's');
  EXPECT_EQ(request(longName, "Role").generatedName(64), std::string(46, 's') + "-Role-ABCDEFGH1234");
  EXPECT_EQ(request("stack", std::string(100, 'L')).generatedName(64),
            "stack-" + std::string(45, 'L') + "-ABCDEFGH1234");
  EXPECT_EQ(request(longName, std::string(100, 'L')).generatedName(64),
            std::string(25, 's') + "-" + std::string(25, 'L') + "-ABCDEFGH1234");
  for (std::size_t most = 1; most < 70; ++most) {
    EXPECT_LE(request(longName, std::string(100, 'L')).generatedName(most).size(), most);
  }
}

}  // namespace
}  // namespace hearth::ports
