// PeerWatch: hears of a peer that leaves while its request is handled.
#pragma once

#include <functional>

#include "http/message.h"

namespace hearth::http {

class PeerWatch {
 public:
  virtual ~PeerWatch() = default;
  // `gone` is called on the loop, once, about a second after the peer has closed its sending half or its connection
  // has broken, unless the request has its response before. One at a time: a later one replaces it.
  virtual void whenGone(std::function<void()> gone) = 0;
};

// That of the request's connection, for as long as the request is handled. nullptr when it came over none, or its
// body was moved away.
PeerWatch* findPeerWatch(const Request& request);

}  // namespace hearth::http
