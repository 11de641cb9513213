// clang-format off
//
// A part that several programs of a course use: it has no main of its own.
int
shared_part(int x)
{
  return 2 * x + 2;
}
