# Programs that work on files and names, as the host's do.
mkdir -p d/e 2>/dev/null || { mkdir d; mkdir d/e; }
echo one > d/a.c; echo two > d/b.h; echo three > d/e/c.c; : > d/e/empty
find d | sort; find d -name '*.c' | sort; find d -type d | sort; find d -type f -name '[bc]*' | sort
find d -size 0 -type f; find d -type f ! -name '*.c' -print | sort; find d -maxdepth 1 | sort
find d -name '*.c' -exec cat '{}' ';' | sort; find d/a.c d/b.h; find d -type f -size -2c
find nosuch 2>/dev/null; echo $?
basename /a/b/c.txt; basename c.txt .txt; basename /a/b/; basename /; dirname /a/b; dirname a; dirname /a; dirname a/b/; dirname /
cmp d/a.c d/a.c; echo $?; cmp d/a.c d/b.h; echo $?; cmp -s d/a.c d/b.h; echo $?; cmp d/a.c none 2>/dev/null; echo $?
echo a b c | xargs echo x; printf '1 2\n3 4 5\n' | xargs -n 2 echo; printf '"a b" c\\ d\n' | xargs -n 1 echo; : | xargs echo none
find d -name '*.c' | sort | xargs cat; echo a | xargs false; echo $?
env -i A=1 B=2 sh -c 'echo $A$B'; env X='a b' sh -c 'echo "$X"'; env -i A=1 | grep A; env nosuch 2>/dev/null; echo $?
