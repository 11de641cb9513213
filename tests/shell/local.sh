# Local variables.
x=global; y=other
f() { local x=inside; echo $x $y; y=changed; g; }
g() { echo "g sees $x"; x=fromg; }
f; echo $x $y
h() { local x; x=1; local z=2; echo $x$z; }
h; echo $x "[$z]"
r() { local n=$1; [ $n -gt 0 ] && r $((n-1)); echo $n; }
r 3
k() { local a=$1 b="$2"; echo "$a,$b"; }; k 'x y' 'p  q'
e() { local x=exported; export x; sh -c 'echo $x'; }; e; sh -c 'echo "[$x]"'
