// clang-format off
//
// In the place of our shell: a course's own, of one file.  It knows words, and runs what they name.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

// Cuts a line into words.  => how many
int
words(char *line, char **word, int max)
{
  int n = 0;

  for(;;){
    while(*line == ' ' || *line == '\n')
      *line++ = 0;
    if(*line == 0 || n == max - 1)
      break;
    word[n++] = line;
    while(*line && *line != ' ' && *line != '\n')
      line++;
  }
  word[n] = 0;
  return n;
}

void
run(char **word)
{
  if(fork() == 0){
    exec(word[0], word);
    printf("no %s here\n", word[0]);
    exit(1);
  }
  wait(0);
}

int
main(void)
{
  char line[100], *word[10];

  for(;;){
    write(1, "$ ", 2);
    if(gets(line, sizeof(line))[0] == 0)
      exit(0);
    if(words(line, word, 10) > 0)
      run(word);
  }
}
