# && and ||, left to right, and !.
true && echo a || echo b
false && echo a || echo b
true || echo a && echo b
false || false || echo c
false && true || true && echo d
! true || echo e
! false && echo f
true &&
echo g
false ||

echo h
{ false; true; } && echo i
(exit 2) || echo $?
! (exit 2); echo $?
true; false || echo $?
false; echo $? && false; echo $?
