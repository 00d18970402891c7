// expect: words that nobody says
// tests/compile_fail/control/says_other_words.cpp - shows that the harness notices a refusal for another
// reason
static_assert(sizeof(char) == 2, "other words");
