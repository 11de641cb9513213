# unset.
x=1; unset x; echo "${x-none}"
f() { echo f; }; unset -f f; f 2>/dev/null; echo $?
unset nothing; echo $?
x=1 y=2; unset x y; echo "[$x$y]"
x=1; f() { unset x; }; f; echo "${x-gone}"
export e=1; unset e; sh -c 'echo "[$e]"'
