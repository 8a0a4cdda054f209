// Boost.Asio's TLS half. A file of its own, so that programs without TLS do not pull libssl in.
#include <boost/asio/ssl/impl/src.hpp>
