// mcpawl/core/boost_version.hpp - what differs between the versions of Boost, from 1.81 on, in one place
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/version.hpp>

// Before Boost 1.90, Beast's parser gives the fields of trailers to `on_field_impl`; since then to
// `on_trailer_field_impl`, which a parser must override.
#if BOOST_VERSION >= 109000
#define MCPAWL_OVERRIDE_SINCE_BOOST_1_90 override
#else
#define MCPAWL_OVERRIDE_SINCE_BOOST_1_90
#endif
