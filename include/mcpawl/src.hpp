// mcpawl/src.hpp - the bodies that MCPAWL_SEPARATE_COMPILATION leaves out, for exactly one translation unit
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#ifndef MCPAWL_SEPARATE_COMPILATION
#error "mcpawl: <mcpawl/src.hpp> is for programs that define MCPAWL_SEPARATE_COMPILATION everywhere"
#endif

// GCC sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers. It says so at the end
// of the file, so this holds for all of it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

#include <mcpawl/auth/access_jwt.ipp>
#include <mcpawl/auth/access_oauth.ipp>
#include <mcpawl/auth/access_oauth_options.ipp>
#include <mcpawl/auth/access_options.ipp>
#include <mcpawl/auth/static_bearer.ipp>
#include <mcpawl/core/async_event.ipp>
#include <mcpawl/core/library_src.hpp>
#include <mcpawl/core/log.ipp>
#include <mcpawl/core/log_writer.ipp>
#include <mcpawl/core/work_pool.ipp>
#include <mcpawl/crypto/avx512_ifma_engine.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>
#include <mcpawl/http/connection_pool.ipp>
#include <mcpawl/http/fetch.ipp>
#include <mcpawl/http/name_resolver.ipp>
#include <mcpawl/http_client.ipp>
#include <mcpawl/keys/key_follower.ipp>
#include <mcpawl/mcp/call/rate_table.ipp>
#include <mcpawl/mcp/offer/change_feed.ipp>
#include <mcpawl/mcp/offer/registration.ipp>
#include <mcpawl/mcp/offer/server_state.ipp>
#include <mcpawl/mcp/session/shared_sessions.ipp>
#include <mcpawl/mcp/types/prompt_result.ipp>
#include <mcpawl/mcp/types/tool_result.ipp>
#include <mcpawl/mcp/uri_template/uri_template.ipp>
#include <mcpawl/otlp_exporter.ipp>
#include <mcpawl/reflect/decode.ipp>
#include <mcpawl/reflect/encode.ipp>
#include <mcpawl/reflect/initialisers.ipp>
#include <mcpawl/reflect/schema.ipp>
#include <mcpawl/serve_stdio.ipp>
#include <mcpawl/store/bus.ipp>
#include <mcpawl/transport/http_server_impl.ipp>
#include <mcpawl/transport/in_process.ipp>

template class mcpawl::basic_access_jwt<mcpawl::openssl_engine>;
template class mcpawl::basic_access_jwt<mcpawl::avx512_ifma_engine>;
