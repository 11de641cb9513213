# Loops that go on for a while.
i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; echo $i
s=; for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3 4 5 6 7 8 9 10; do s=$s$((j%10)); done; done; echo ${#s}
n=0; f() { n=$((n+1)); }; while [ $n -lt 500 ]; do f a b c; done; echo $n
x=a; i=0; while [ $i -lt 12 ]; do x=$x$x; i=$((i+1)); done; echo ${#x}
i=0; until [ $i -ge 30 ]; do v=$(echo $i); i=$((i+1)); done; echo $v
