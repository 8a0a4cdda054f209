#include "http/public_address.h"

#include <gtest/gtest.h>

namespace hearth::http {
namespace {

bool isPublic(const char* text) { return isPublicAddress(boost::asio::ip::make_address(text)); }

TEST(PublicAddress, IsOneOfTheInternet) {
  for (const char* address : {"1.1.1.1",
                              "8.8.8.8",
                              "9.255.255.255",
                              "11.0.0.0",
                              "100.63.255.255",
                              "100.128.0.0",
                              "126.255.255.255",
                              "128.0.0.0",
                              "169.253.255.255",
                              "169.255.0.0",
                              "172.15.255.255",
                              "172.32.0.0",
                              "192.167.255.255",
                              "192.169.0.0",
                              "198.17.255.255",
                              "198.20.0.0",
                              "223.255.255.255",
                              "2606:4700:4700::1111",
                              "2001:4860:4860::8888",
                              "2001:200::1",
                              "3fff:1000::1",
                              "2a00::1"}) {
    EXPECT_TRUE(isPublic(address)) << address;
  }
}

TEST(PublicAddress, IsNoneThatLeadsInside) {
  for (const char* address :
       {"0.0.0.0",          "0.1.2.3",         "10.0.0.1",       "10.255.255.255",  "100.64.0.1",   "127.0.0.1",
        "127.255.255.254",  "169.254.169.254", "172.16.0.1",     "172.31.255.255",  "192.0.0.8",    "192.0.2.1",
        "192.88.99.1",      "192.168.1.1",     "198.18.0.1",     "198.19.255.255",  "198.51.100.7", "203.0.113.9",
        "224.0.0.1",        "239.255.255.255", "240.0.0.1",      "255.255.255.255", "::",           "::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8",  "::7f00:1",       "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
        "fc00::1",          "fd00:ec2::254",   "fe80::1",        "fec0::1",         "ff02::1",      "2001::1",
        "2001:1ff::1",      "2001:db8::1",     "2002:7f00:1::1", "3fff:fff::1"}) {
    EXPECT_FALSE(isPublic(address)) << address;
  }
}

TEST(PublicAddress, KnowsThisMachine) {
  EXPECT_TRUE(isOwnAddress(boost::asio::ip::make_address("127.0.0.1")));
  EXPECT_FALSE(isOwnAddress(boost::asio::ip::make_address("192.0.2.1")));
}

}  // namespace
}  // namespace hearth::http
