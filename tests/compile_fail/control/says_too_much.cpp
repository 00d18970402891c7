// expect: no_such_name
// lines: 1
int main() { return no_such_name; }
