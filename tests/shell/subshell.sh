# Subshells keep their changes for themselves.
x=1; (x=2; echo $x); echo $x
mkdir sd; (cd sd; echo > in); echo sd/*; (exit 4); echo $?
(echo a; (echo b; (echo c)))
f() { echo f; }; (f() { echo g; }; f); f
(set -- p; echo $1); echo "[$1]"
echo $( (echo nested) ) $( (exit 3); echo $?)
(trap 'echo end' EXIT); (readonly q=1); q=2; echo $q
{ x=5; }; echo $x; { echo one; echo two; } | cat
(echo $$) > p1; echo $$ > p2; read a < p1; read b < p2; [ $a = $b ] && echo same pid
{ { { echo deep; }; }; }
(false) || (echo or); (true) && (echo and)
