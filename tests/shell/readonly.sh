# Read-only variables.
readonly r=1 s
echo $r "[$s]"
(r=2; echo no) 2>/dev/null; echo $?
(unset r; echo no) 2>/dev/null; echo $?
(readonly r; echo fine)
(export r; sh -c 'echo $r')
(for r in a; do echo no; done) 2>/dev/null; echo $?
(read r < /dev/null; echo here) 2>/dev/null | cat
echo $r
