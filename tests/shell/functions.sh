# Functions: arguments, status, recursion, redefinition.
f() { echo "$# $1 $2"; return 7; }
f a b; echo $?
f; echo $?
set -- outer; f in; echo $1
g() { false; }; g; echo $?
h() { return; }; false; h; echo $?; true; h; echo $?
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }
fact 10
fib() { if [ $1 -lt 2 ]; then r=$1; else fib $(($1-1)); local_r=$r; set -- $1 $r; fib $(($1-2)); r=$((r+$2)); fi; }
fib 12; echo $r
again() { echo first; again() { echo second; }; }
again; again
sub() ( echo in; exit 3 ); sub; echo $?
out() { echo to file; } > fnout
out; cat fnout
nested() { inner() { echo inner $1; }; inner x; }; nested; inner y
unset -f f; f 2>/dev/null; echo $?
loop() { for i in 1 2 3; do [ $i = 2 ] && return 5; echo $i; done; }; loop; echo $?
v=1; setv() { v=2; }; setv; echo $v
v=3 setv; echo $v
