// What most test files include. They still include it themselves.
#pragma once

#include <doctest/doctest.h>

// Lambdas of older clangs, of which CAPTURE makes one, do not see structured bindings.
#if defined(__clang__) && __clang_major__ < 16
#undef CAPTURE
#define CAPTURE(x) static_cast<void>(0)
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
