# Redirections.
echo one > r1; echo two >> r1; cat r1
cat < r1 > r2; cat r2
echo err >&2 2> r3; echo both 2>&1 > r3; cat r3
{ echo out; echo err >&2; } > r4 2>&1; cat r4
{ echo out; echo err >&2; } 2>&1 >/dev/null | cat
> r5; cat r5; echo "[$(cat r5)]"
echo text > r6 > r7; cat r6 r7
cat <r1 - <r2
echo over >| r1; cat r1
if true; then echo from if; fi > r8; cat r8
for i in 1 2; do echo $i; done > r9; cat < r9
while read x; do echo "got $x"; done < r9
f() { echo body; echo error >&2; }; f > ra 2> rb; cat rb ra
name='r c'; echo spaced > "$name"; cat "$name" < 'r c'
cat < nofile 2>/dev/null; echo $?
echo kept; { echo gone; } > /dev/null; echo kept too
2>/dev/null cat nofile; echo after
