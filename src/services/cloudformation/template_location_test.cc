#include "services/cloudformation/template_location.h"

#include <gtest/gtest.h>

namespace hearth::services::cloudformation {
namespace {

void expectAddress(const std::string& url, const std::string& bucket, const std::string& key) {
  auto address = parseTemplateUrl(url);
  ASSERT_TRUE(address.ok()) << url;
  EXPECT_EQ(address->bucket, bucket) << url;
  EXPECT_EQ(address->key, key) << url;
}

TEST(TemplateLocation, EveryFormOfAnS3Address) {
  expectAddress("https://templates.s3.amazonaws.com/a/b.yaml", "templates", "a/b.yaml");
  expectAddress("https://templates.s3.eu-central-1.amazonaws.com/b.yaml", "templates", "b.yaml");
  expectAddress("https://templates.s3-eu-west-1.amazonaws.com/b.yaml", "templates", "b.yaml");
  expectAddress("https://s3.amazonaws.com/templates/b.yaml", "templates", "b.yaml");
  expectAddress("https://s3-eu-west-1.amazonaws.com/templates/b.yaml", "templates", "b.yaml");
  expectAddress("http://127.0.0.1:4566/templates/x%20y.yaml", "templates", "x y.yaml");
  expectAddress("http://localhost:4566/templates/b.yaml", "templates", "b.yaml");
  expectAddress("s3://templates/b.yaml", "templates", "b.yaml");
  expectAddress("https://dotted.name.s3.amazonaws.com/b.yaml", "dotted.name", "b.yaml");
}

TEST(TemplateLocation, AVersionMayBeNamed) {
  auto address = parseTemplateUrl("https://t.s3.amazonaws.com/b.yaml?versionId=abc&x=1");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->key, "b.yaml");
  EXPECT_EQ(address->versionId, "abc");
}

TEST(TemplateLocation, AnythingElseIsRefused) {
  for (const char* url : {"", "file:///etc/passwd", "https://example.com/t/b.yaml", "http://10.0.0.1/t/b.yaml",
                          "https://s3.amazonaws.com/onlybucket", "https://t.s3.amazonaws.com/", "ftp://s3/x/y",
                          "https://evil.com/.s3.amazonaws.com/x"}) {
    auto address = parseTemplateUrl(url);
    ASSERT_FALSE(address.ok()) << url;
    EXPECT_EQ(address.fault().code, "ValidationError");
  }
}

}  // namespace
}  // namespace hearth::services::cloudformation
