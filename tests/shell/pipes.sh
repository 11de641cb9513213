# Pipelines.
echo one | cat
echo a b c | cat | cat | cat
{ echo x; echo y; echo z; } | while read l; do echo "<$l>"; done
echo lost | read v; echo "[$v]"
false | true; echo $?
true | false; echo $?
! true | false; echo $?
(echo in a subshell; echo more) | grep more
echo first |

cat
for i in 1 2 3; do echo $i; done | grep -v 2
f() { while read x; do echo f$x; done; }
printf '1\n2\n' | f
exit 3 | cat; echo still $?
if echo abc | grep b; then echo found; fi
