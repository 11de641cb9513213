# What runs beside the shell.
sh -c 'exit 3' & wait $!; echo $?
(echo from behind) & wait; echo after
true & p=$!; wait $p; echo $?
x=1; { x=2; echo in $x; } & wait; echo out $x
sh -c 'exit 1' & a=$!; sh -c 'exit 2' & b=$!; wait $b; echo $?; wait $a; echo $?
wait 99999; echo $?
echo piped | cat & wait
f() { echo function; return 6; }; f & wait $!; echo $?
for i in 1 2 3; do (exit $i) & eval p$i=$!; done; wait $p3; echo $?; wait $p1 $p2; echo $?
[ -n "$!" ] && echo there
sh -c 'kill -9 $$' & wait $!; echo $?
false & wait; echo $?
