// tests/conformance/over_tls.cjs - lets the suite's requests of bare headers, which it makes by node:http alone, speak TLS
// SPDX-License-Identifier: BSL-1.0
//
// node --require ./over_tls.cjs, with SECURE_PORT set
const http = require('node:http');
const https = require('node:https');

const plain = http.request;
http.request = (options, ...rest) => (String(options?.port) === process.env.SECURE_PORT ? https.request : plain)(options, ...rest);
