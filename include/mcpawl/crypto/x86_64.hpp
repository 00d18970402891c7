// mcpawl/crypto/x86_64.hpp - whether code for newer x86-64 CPUs can be compiled beside that for all of them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

/** 1 where functions can be compiled for instructions of their own; whether the CPU has these is asked at run
    time. Define it as 0, for all of a program, to leave them out. */
#ifndef MCPAWL_X86_64
#if defined(__x86_64__) && defined(__GNUC__)
#define MCPAWL_X86_64 1
#else
#define MCPAWL_X86_64 0
#endif
#endif
