#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace hearth::base {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Fault("Odd", "odd number", 422);
  return number / 2;
}

Result<void> checkHalf(int number) {
  HEARTH_CHECK(half(number));
  return {};
}

Result<int> quarter(int number) {
  HEARTH_TRY(const int once, half(number));
  HEARTH_TRY(const int twice, half(once));
  return twice;
}

TEST(Result, CarriesValueOrFaultThroughTheMacros) {
  ASSERT_TRUE(quarter(12).ok());
  EXPECT_EQ(quarter(12).value(), 3);
  const auto failed = quarter(6);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.fault().code, "Odd");
  EXPECT_EQ(failed.fault().status, 422);
  EXPECT_TRUE(checkHalf(2).ok());
  EXPECT_EQ(checkHalf(3).fault().code, "Odd");
}

TEST(Result, HoldsMoveOnlyValues) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Result, TheWrongAccessorThrowsAndSaysTheFault) {
  Result<int> odd = half(3);
  try {
    (void)odd.value();
    ADD_FAILURE() << "a value out of a fault";
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find("Odd: odd number"), std::string::npos);
  }
  EXPECT_THROW((void)*odd, std::logic_error);
  EXPECT_THROW((void)half(3).value(), std::logic_error);
  const Result<std::string> refused = Fault("A", "a");
  EXPECT_THROW((void)refused->size(), std::logic_error);
  EXPECT_THROW((void)half(4).fault(), std::logic_error);
}

TEST(Fault, SenderFollowsTheStatus) {
  EXPECT_EQ(Fault("A", "a").sender, Sender::kClient);
  EXPECT_EQ(Fault("A", "a", 503).sender, Sender::kServer);
  const Fault fault = Fault("NoSuchBucket", "gone", 404).with("BucketName", "photos");
  ASSERT_EQ(fault.details.size(), 1U);
  EXPECT_EQ(fault.details[0].first, "BucketName");
  EXPECT_EQ(fault.details[0].second, "photos");
}

}  // namespace
}  // namespace hearth::base
