// tests/fuzz/program/targets.hpp - the fuzz targets by name
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" {
#define FUZZ_TARGET(name) int fuzz_##name(std::uint8_t const* data, std::size_t size);
#include "targets.inc"
#undef FUZZ_TARGET
}

namespace fuzz {

using target = int (*)(std::uint8_t const*, std::size_t);

/** The target of the file NAME.cpp, or null. */
inline target find_target(std::string_view wanted) {
#define FUZZ_TARGET(name) \
  if (wanted == #name) return &fuzz_##name;
#include "targets.inc"
#undef FUZZ_TARGET
  return nullptr;
}

}  // namespace fuzz
