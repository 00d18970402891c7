// tests/compile_fail/control/expects_nothing.cpp - shows that the harness notices a case that expects no
// words
static_assert(sizeof(char) == 2, "some words");
