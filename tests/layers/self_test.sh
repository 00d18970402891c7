#!/bin/sh
# tests/layers/self_test.sh - shows that check.sh finds every kind of mistake, and none where there is none
# SPDX-License-Identifier: BSL-1.0
set -eu

check=$(cd "$(dirname "$0")" && pwd)/check.sh
# shellcheck source=tests/support/self_test.sh
. "$(dirname "$0")/../support/self_test.sh"

# header FOLDER/NAME LINES... - write a header of correct form with these lines in it
header() {
  path=mcpawl/$1; shift
  mkdir -p "$work/include/${path%/*}"
  { echo "// $path - a header of the self-test"; echo '// SPDX-License-Identifier: BSL-1.0'; echo '#pragma once'; for line in "$@"; do echo "$line"; done; } > "$work/include/$path"
}

write_good_tree() {
  header version.hpp
  header core/error.hpp '#include <string>' '#include <mcpawl/version.hpp>'
  header core/task.hpp '#include <boost/asio/awaitable.hpp>'
  header core/async_event.ipp '#include <boost/asio/steady_timer.hpp>'
  header crypto/digest.hpp '#include <mcpawl/core/error.hpp>' '#include <openssl/evp.h>'
  header text/json_text.hpp '#include <mcpawl/core/error.hpp>' '#include <boost/json/value.hpp>'
  header reflect/schema.hpp '#include <mcpawl/text/json_text.hpp>'
  header json_schema/validator.hpp '#include <mcpawl/reflect/schema.hpp>'
  header jose/verifier.hpp '#include <mcpawl/crypto/digest.hpp>'
  header http/exchange.hpp '#include <boost/beast/http/basic_parser.hpp>' '#include <mcpawl/core/task.hpp>'
  header jsonrpc/id.hpp '#include <mcpawl/text/json_text.hpp>'
  header keys/source.hpp '#include <mcpawl/http/exchange.hpp>' '#include <mcpawl/jose/verifier.hpp>'
  header access/claims.hpp '#include <mcpawl/keys/source.hpp>'
  header oauth/common/scope.hpp '#include <mcpawl/core/error.hpp>'
  header oauth/grant/grant.hpp '#include <mcpawl/oauth/common/scope.hpp>'
  header oauth/page/page.hpp '#include <mcpawl/oauth/common/scope.hpp>'
  header oauth/upstream/client.hpp '#include <mcpawl/oauth/common/scope.hpp>'
  header oauth/client/client.hpp '#include <mcpawl/oauth/grant/grant.hpp>'
  header oauth/server/token.hpp '#include <mcpawl/oauth/client/client.hpp>' '#include <mcpawl/oauth/upstream/client.hpp>'
  header mcp/types/revision.hpp '#include <mcpawl/reflect/schema.hpp>'
  header mcp/uri_template/template.hpp '#include <mcpawl/core/error.hpp>'
  header mcp/elicit/form.hpp '#include <mcpawl/mcp/types/revision.hpp>'
  header mcp/call/context.hpp '#include <mcpawl/mcp/elicit/form.hpp>'
  header mcp/offer/tool.hpp '#include <mcpawl/mcp/call/context.hpp>' '#include <mcpawl/mcp/uri_template/template.hpp>'
  header mcp/session/table.hpp '#include <mcpawl/mcp/offer/tool.hpp>'
  header mcp/protocol/tools.hpp '#include <mcpawl/jsonrpc/id.hpp>' '#include <mcpawl/mcp/session/table.hpp>'
  header auth/policy.hpp '#include <mcpawl/http/exchange.hpp>' '#include <mcpawl/oauth/server/token.hpp>'
  header auth/access_jwt.hpp '#include <mcpawl/auth/policy.hpp>' '#include <mcpawl/access/claims.hpp>'
  header transport/streamable_http.hpp '#include <mcpawl/auth/policy.hpp>' '#include <mcpawl/mcp/protocol/tools.hpp>'
  header server.hpp '#include <mcpawl/transport/streamable_http.hpp>' '#include <mcpawl/auth/access_jwt.hpp>'
  header test/loopback.hpp '#include <mcpawl/server.hpp>'
  header http/fetch.hpp '#include <mcpawl/http/fetch.ipp>'
  header http/fetch.ipp '#include <mcpawl/http/fetch.hpp>'
}

# written once: it is needed after each test, and every file is a process or two
good_tree() {
  rm -rf "$work/include" "$work/tests"
  cp -R "$work/good" "$work/include"
}

write_good_tree
mv "$work/include" "$work/good"
good_tree
sh "$check" "$work" > /dev/null || not_so 'a correct tree is refused'

header core/clock.hpp '#include <mcpawl/crypto/digest.hpp>';  refused 'core must not include crypto, which is above it'
header crypto/digest.hpp '#include <mcpawl/text/json_text.hpp>';  refused 'crypto must not include text, which is beside it'
header text/utf8.hpp '#include <mcpawl/crypto/digest.hpp>';  refused 'text must not include crypto, which is beside it'
header text/utf8.hpp '#include <mcpawl/reflect/schema.hpp>';  refused 'text must not include reflect, which is above it'
header crypto/digest.hpp '#include <mcpawl/reflect/schema.hpp>';  refused 'crypto must not include reflect, which is above it'
header reflect/decode.hpp '#include <mcpawl/json_schema/validator.hpp>';  refused 'reflect must not include json_schema, which is above it'
header reflect/decode.hpp '  #  include <mcpawl/crypto/digest.hpp>';  refused 'reflect must not include crypto: '
header json_schema/node.hpp '#include <mcpawl/crypto/digest.hpp>';  refused 'json_schema must not include crypto: '
header jose/verifier.hpp '#include <mcpawl/http/exchange.hpp>';  refused 'jose must not include http, which is beside it'
header store/memory.hpp '#include <mcpawl/http/exchange.hpp>';  refused 'store must not include http, which is beside it'
header http/exchange.hpp '#include <mcpawl/json_schema/validator.hpp>';  refused 'http must not include json_schema, which is beside it'
header http/fields.hpp '#include <mcpawl/keys/source.hpp>';  refused 'http must not include keys, which is above it'
header keys/timing.hpp '#include <mcpawl/access/claims.hpp>';  refused 'keys must not include access, which is above it'
header keys/timing.hpp '#include <mcpawl/jsonrpc/id.hpp>';  refused 'keys must not include jsonrpc: '
header keys/timing.hpp '#include <mcpawl/auth/policy.hpp>';  refused 'keys must not include auth, which is above it'
header access/groups.hpp '#include <mcpawl/oauth/common/scope.hpp>';  refused 'access must not include oauth/common, which is beside it'
header oauth/common/errc.hpp '#include <mcpawl/access/claims.hpp>';  refused 'oauth/common must not include access: '
header oauth/upstream/errc.hpp '#include <mcpawl/access/claims.hpp>';  refused 'oauth/upstream must not include access: '
header oauth/server/errc.hpp '#include <mcpawl/access/claims.hpp>';  refused 'oauth/server must not include access: '
header access/groups.hpp '#include <mcpawl/jsonrpc/id.hpp>';  refused 'access must not include jsonrpc: '
header oauth/common/errc.hpp '#include <mcpawl/jsonrpc/id.hpp>';  refused 'oauth/common must not include jsonrpc: '
header oauth/server/metadata.hpp '#include <mcpawl/mcp/types/revision.hpp>';  refused 'oauth/server must not include mcp/types: '
header oauth/common/errc.hpp '#include <mcpawl/oauth/grant/grant.hpp>';  refused 'oauth/common must not include oauth/grant, which is above it'
header oauth/resource/errc.hpp '#include <mcpawl/oauth/client/client.hpp>';  refused 'oauth/resource must not include oauth/client, which is above it'
header oauth/grant/errc.hpp '#include <mcpawl/oauth/client/client.hpp>';  refused 'oauth/grant must not include oauth/client, which is above it'
header oauth/page/errc.hpp '#include <mcpawl/oauth/server/token.hpp>';  refused 'oauth/page must not include oauth/server, which is above it'
header oauth/upstream/errc.hpp '#include <mcpawl/oauth/server/token.hpp>';  refused 'oauth/upstream must not include oauth/server, which is above it'
header oauth/client/errc.hpp '#include <mcpawl/oauth/server/token.hpp>';  refused 'oauth/client must not include oauth/server, which is above it'
header oauth/resource/challenge.hpp '#include <mcpawl/oauth/page/page.hpp>';  refused 'oauth/resource must not include oauth/page, which is beside it'
header oauth/grant/token.hpp '#include <mcpawl/oauth/upstream/client.hpp>';  refused 'oauth/grant must not include oauth/upstream, which is beside it'
header oauth/common/errc.hpp '#include <mcpawl/auth/policy.hpp>';  refused 'oauth/common must not include auth, which is above it'
header oauth/grant/errc.hpp '#include <mcpawl/auth/policy.hpp>';  refused 'oauth/grant must not include auth, which is above it'
header oauth/upstream/errc.hpp '#include <mcpawl/auth/policy.hpp>';  refused 'oauth/upstream must not include auth, which is above it'
header oauth/server/errc.hpp '#include <mcpawl/auth/policy.hpp>';  refused 'oauth/server must not include auth, which is above it'
header mcp/types/ask.hpp '#include <mcpawl/mcp/uri_template/template.hpp>';  refused 'mcp/types must not include mcp/uri_template, which is above it'
header mcp/types/ask.hpp '#include <mcpawl/mcp/elicit/form.hpp>';  refused 'mcp/types must not include mcp/elicit, which is above it'
header mcp/uri_template/ask.hpp '#include <mcpawl/mcp/call/context.hpp>';  refused 'mcp/uri_template must not include mcp/call, which is above it'
header mcp/elicit/ask.hpp '#include <mcpawl/mcp/call/context.hpp>';  refused 'mcp/elicit must not include mcp/call, which is above it'
header mcp/call/ask.hpp '#include <mcpawl/mcp/offer/tool.hpp>';  refused 'mcp/call must not include mcp/offer, which is above it'
header mcp/offer/ask.hpp '#include <mcpawl/mcp/session/table.hpp>';  refused 'mcp/offer must not include mcp/session, which is above it'
header mcp/session/ask.hpp '#include <mcpawl/mcp/protocol/tools.hpp>';  refused 'mcp/session must not include mcp/protocol, which is above it'
header mcp/uri_template/errc.hpp '#include <mcpawl/mcp/elicit/form.hpp>';  refused 'mcp/uri_template must not include mcp/elicit, which is beside it'
header mcp/types/request.hpp '#include <mcpawl/http/exchange.hpp>';  refused 'mcp/types must not include http: '
header mcp/protocol/tools.ipp '#include <mcpawl/http/exchange.hpp>';  refused 'mcp/protocol must not include http: '
header mcp/protocol/ask.hpp '#include <mcpawl/auth/policy.hpp>';  refused 'mcp/protocol must not include auth, which is above it'
header mcp/protocol/ask.hpp '#include <mcpawl/oauth/common/scope.hpp>';  refused 'mcp/protocol must not include oauth/common: '
header mcp/call/ask.hpp '#include <mcpawl/keys/source.hpp>';  refused 'mcp/call must not include keys: '
header mcp/session/ask.hpp '#include <mcpawl/access/claims.hpp>';  refused 'mcp/session must not include access: '
header auth/linked.hpp '#include <mcpawl/mcp/protocol/tools.hpp>';  refused 'auth must not include mcp/protocol: '
header auth/linked.hpp '#include <mcpawl/jsonrpc/id.hpp>';  refused 'auth must not include jsonrpc: '
header auth/linked.hpp '#include <mcpawl/transport/streamable_http.hpp>';  refused 'auth must not include transport, which is above it'
header auth/linked.hpp '#include <mcpawl/server.hpp>'
header server.hpp '#include <mcpawl/core/error.hpp>';  refused 'auth must not include top, which is above it'
header serve.hpp '#include <mcpawl/test/loopback.hpp>'
header test/loopback.hpp;  refused 'top must not include test, which is above it'
header transport/stdio.hpp '#include <mcpawl/auth/access_jwt.hpp>';  refused 'transport knows auth only by its concept'

# Two layers must not include each other, even where no header includes itself.
header oauth/upstream/login.hpp '#include <mcpawl/oauth/client/metadata.hpp>'
header oauth/client/fetcher.hpp '#include <mcpawl/oauth/upstream/client.hpp>'
header oauth/client/metadata.hpp;  refused 'oauth/upstream must not include oauth/client, which is above it'

header core/clock.hpp '#include <boost/asio/io_context.hpp>';       refused 'core must not include <boost/asio/io_context.hpp>'
header crypto/digest.hpp '#include <boost/json/value.hpp>';         refused 'crypto must not include <boost/json/value.hpp>'
header mcp/types/content.hpp '#include <openssl/evp.h>';            refused 'mcp/types must not include <openssl/evp.h>'
header text/utf8.hpp '#include <openssl/evp.h>';                    refused 'text must not include <openssl/evp.h>'
header json_schema/node.hpp '#include <boost/url/url_view.hpp>';    refused 'json_schema must not include <boost/url/url_view.hpp>'
header access/claims.hpp '#include <boost/asio/io_context.hpp>';    refused 'access must not include <boost/asio/io_context.hpp>'
header oauth/page/page.hpp '#include <boost/beast/http/field.hpp>'; refused 'oauth/page must not include <boost/beast/http/field.hpp>'
header auth/policy.hpp '#include <boost/beast/http/field.hpp>';     refused 'auth must not include <boost/beast/http/field.hpp>'
header http/exchange.hpp '#include <boost/asio.hpp>';               refused 'include the small headers'
header http/exchange.hpp '#include <boost/url/src.hpp>';            refused 'defines what'
header http/exchange.hpp '#include "exchange_base.hpp"';            refused 'angle brackets'
header http/exchange.hpp '#include <mcpawl/http/missing.hpp>';      refused 'there is no mcpawl/http/missing.hpp'
header http/a.hpp '#include <mcpawl/http/b.hpp>'
header http/b.hpp '#include <mcpawl/http/a.hpp>';                   refused 'includes itself by way of'
header util/misc.hpp;                                               refused 'the layer util has no number'
header mcp/tools.hpp;                                               refused 'the layer mcp has no number'
header oauth/pages/page.hpp;                                        refused 'the layer oauth/pages has no number'
header oauth/page/parts/page.hpp;                                   refused 'the layer oauth/page/parts has no number'
header core/error.hpp
sed -i 1d "$work/include/mcpawl/core/error.hpp";                    refused 'the first line must be'
header core/error.hpp
sed -i 3d "$work/include/mcpawl/core/error.hpp";                    refused 'no #pragma once'
sed -i 2d "$work/include/mcpawl/core/error.hpp";                    refused 'SPDX-License-Identifier'
awk 'BEGIN { for (i = 0; i < 449; i++) print "" }' >> "$work/include/mcpawl/core/error.hpp"; refused 'lines, more than 450'
mkdir -p "$work/tests/unit"
echo 'int main() {}' > "$work/tests/unit/main.cpp";                 refused 'tests/unit/main.cpp:1: the first line must be'
mkdir -p "$work/tests/unit/oauth/page"
echo '// tests/unit/oauth/page/page.cpp - a test of the self-test' > "$work/tests/unit/oauth/page/page.cpp"
echo '// tests/unit/oauth/page.cpp - a test of the self-test' > "$work/tests/unit/oauth/page.cpp"
refused 'tests/unit/oauth: there is no header in include/mcpawl/oauth'

rm -rf "$work/include"
if sh "$check" "$work" > /dev/null 2>&1; then not_so 'not noticed: no headers at all'; fi

ended
