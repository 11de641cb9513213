# while, until, for; break and continue through several loops.
i=0; while [ $i -lt 3 ]; do echo w$i; i=$((i+1)); done
until [ $i -eq 0 ]; do i=$((i-1)); echo u$i; done
for x in a "b c" $(echo d e); do echo "<$x>"; done
for x in; do echo never; done; echo $?
set -- p q; for x; do echo $x; done
for x do echo $x; done
for i in 1 2 3 4 5; do
    [ $i = 2 ] && continue
    [ $i = 4 ] && break
    echo $i
done
for i in 1 2 3; do for j in a b c; do [ $j = b ] && continue 2; [ $i = 3 ] && break 2; echo $i$j; done; done
for i in 1 2; do while :; do break; done; echo after $i; done
while false; do :; done; echo $?
for i in 1; do false; done; echo $?
while :; do break 5; done; echo out
