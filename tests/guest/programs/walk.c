// clang-format off
//
// walk PATH NAME PROGRAM: runs the program on each file of that name, by the records that read() on
// a directory yields.
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/fcntl.h"
#include "kernel/param.h"
#include "kernel/fs.h"
#include "user/user.h"

char path[MAXPATH];

void
run(char *program)
{
  char *args[MAXARG] = { program, path, 0 };
  int status;

  if(fork() == 0){
    exec(program, args);
    fprintf(2, "walk: no %s\n", program);
    exit(-1);
  }
  wait(&status);
  if(status != 0)
    printf("walk: %s gave %d\n", program, status);
}

void
walk(char *end, char *name, char *program)
{
  struct dirent entry;
  struct stat st;
  int dir = open(path, O_RDONLY), i;

  if(dir < 0 || fstat(dir, &st) != 0 || st.type != T_DIR){
    close(dir);
    return;
  }
  *end++ = '/';
  while(read(dir, &entry, sizeof(entry)) == sizeof(entry)){
    if(entry.inum == 0 || entry.name[0] == '.')
      continue;
    for(i = 0; i < DIRSIZ && entry.name[i]; i++)
      end[i] = entry.name[i];
    end[i] = 0;
    if(strcmp(end, name) == 0)
      run(program);
    walk(end + i, name, program);
  }
  end[-1] = 0;
  close(dir);
}

int
main(int argc, char *argv[])
{
  if(argc != 4){
    fprintf(2, "usage: walk path name program\n");
    exit(1);
  }
  strcpy(path, argv[1]);
  walk(path + strlen(path), argv[2], argv[3]);
  return 0;
}
