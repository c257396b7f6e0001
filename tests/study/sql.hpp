// What other programs may do to a database.
#pragma once

#include <string>

#include "database.hpp"

namespace holdout::study::testing {

/// @throws Error as Database does
inline void sql(const std::string& path, const std::string& statement) {
  Database database(path, false);
  database.guarded([&] { database.sql() << statement; });
}

}  // namespace holdout::study::testing
