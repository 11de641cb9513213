# Descriptors by number.
exec 3> f1; echo to three >&3; echo more >&3; exec 3>&-; cat f1
exec 4< f1; read a <&4; read b <&4; echo "$a,$b"; exec 4<&-
(echo x >&3) 2>/dev/null || echo closed
echo swapped 3>&1 1>&2 2>&3 | cat
{ echo err >&2; } 2>&1 | cat
exec 5>&1 > f2; echo into f2; exec >&5 5>&-; cat f2
echo a > f3; exec 6<> f3; read l <&6; echo "$l"; echo b >&6; exec 6>&-; cat f3
f() { echo inner >&7; }; f 7> f4; cat f4
echo closed out >&- 2>/dev/null; echo status $?
n=3; exec 3>&1; echo by value >&$n; exec 3>&-
while read x <&8; do echo "8: $x"; done 8< f1
