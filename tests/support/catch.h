// Catch2, whichever of its two generations is installed (Debian 12: 2.13; Debian 13: 3.x).
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
