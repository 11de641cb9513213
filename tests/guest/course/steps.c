// clang-format off
//
// A part that several programs of a course use: main() is theirs.
int main(int argc, char **argv);

int
shared_part(int x)
{
  return 2 * x + 2;
}
