// tests/fuzz/jwt.cpp - no token, header or payload throws, and none that was not signed is accepted
#include <mcpawl/jose/verifier.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

using namespace mcpawl::jose;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static expectation const expected{
      .issuer = "i", .audiences = {"a"}, .types = {"JWT"}, .wanted = {"w", "sub"}};
  static verifier verify{expected};
  // RFC 8037 appendix A.2: short, so that the fuzzer gets as far as the signature
  static bool const ready = [] {
    verify.use(std::make_shared<jwk_set const>(
        parse_jwk_set(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k",)"
                      R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})")
            .value()));
    return true;
  }();
  static detail::json_reader header_json{1 << 16, 8}, claims_json{1 << 16, 16};
  static detail::claims_reader claims;
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  if (!ready || verify.verify(text, 1)) std::abort();
  static_cast<void>(detail::read_header(text, header_json));
  auto const read = claims.read(text, claims_json, expected, 1);
  if (read && (read->iss != "i" || read->exp <= 1 || read->wanted.size() != 2)) std::abort();
  return 0;
}
