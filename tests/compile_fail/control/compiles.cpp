// expect: words that nobody says
// tests/compile_fail/control/compiles.cpp - shows that the harness notices a file that compiles
int main() {}
