# File name patterns.
mkdir g; cd g
: > a.c; : > b.c; : > c.h; : > .hid; : > 'd e'; mkdir sub; : > sub/x.c; : > sub/y.h
echo *; echo *.c; echo [ab].*; echo [!ab].?; echo ?.c; echo *.none; echo '*'; echo "*.c" \*.c
echo .h*; echo sub/*; echo */*.c; echo *b/x.c; echo s*/[xy].*
for f in *.c; do echo "f: $f"; done
p='*.c'; echo $p "$p"
v=d*; printf '<%s>' $v; echo
echo [a-b].c [z]* a[.]c; echo "a".* 'a'*
set -f; echo *; set +f
case a.c in *.c) echo case;; esac
x=*.c; echo "$x"; y=$(echo *.h); echo "$y"
printf '%s\n' ./*.c; echo *c; echo nope/*; echo [[:alpha:]].c
cd ..; rm g/a.c; echo g/*.c
