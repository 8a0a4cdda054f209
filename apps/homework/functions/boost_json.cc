// Boost.JSON itself, compiled into the package; elsewhere the machine's library is linked.
#include <boost/json/src.hpp>
