// Linked into packages only. A static program cannot load shared libraries of a C library it was not linked with,
// so nothing in it may try: OpenSSL's own paths to the loader and to the name service switch end here, with the
// answer that each function gives when there is nothing. Our names are resolved in resolver.cc. (dlopen is wrapped
// by the linker and not just defined here, because the C library's own definition comes with a warning at every
// link.)
#include <netdb.h>

#include <cstddef>

extern "C" {

void* __wrap_dlopen(const char* /*name*/, int /*mode*/) noexcept { return nullptr; }
void* dlsym(void* /*handle*/, const char* /*name*/) noexcept { return nullptr; }
int dlclose(void* /*handle*/) noexcept { return -1; }
char* dlerror() noexcept {
  static char kNone[] = "a function package loads nothing";
  return kNone;
}
int dladdr(const void* /*address*/, void* /*info*/) noexcept { return 0; }

int getaddrinfo(const char* /*node*/, const char* /*service*/, const addrinfo* /*hints*/, addrinfo** result) {
  *result = nullptr;
  return EAI_FAIL;
}
void freeaddrinfo(addrinfo* /*list*/) noexcept {}
const char* gai_strerror(int /*code*/) noexcept { return "names are not resolved here"; }
int getnameinfo(const sockaddr* /*address*/, socklen_t /*length*/, char* /*host*/, socklen_t /*hostLength*/,
                char* /*service*/, socklen_t /*serviceLength*/, int /*flags*/) {
  return EAI_FAIL;
}
hostent* gethostbyname(const char* /*name*/) { return nullptr; }

}  // extern "C"
