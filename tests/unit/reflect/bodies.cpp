// tests/unit/reflect/bodies.cpp - the bodies that the tests of this layer need, which need no more of the compiled library
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/decode.ipp>
#include <mcpawl/reflect/encode.ipp>
#include <mcpawl/reflect/initialisers.ipp>
#include <mcpawl/reflect/schema.ipp>
