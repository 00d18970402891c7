// expect: an_enumerator_is_listed_twice
#include <mcpawl/reflect/enumerators.hpp>
enum class far_off { a = 1000, b = 1000 };
template <>
inline constexpr auto mcpawl::enumerators<far_off> =
    mcpawl::enumerator_names<far_off>({{far_off::a, "a"}, {far_off::b, "b"}});
