# Small programs with numbers.
isprime() { n=$1; i=2; while [ $((i*i)) -le $n ]; do [ $((n%i)) -eq 0 ] && return 1; i=$((i+1)); done; }
i=2; while [ $i -lt 50 ]; do k=$i; isprime $i && printf '%d ' $k; i=$k; i=$((i+1)); done; echo
gcd() { a=$1 b=$2; while [ $b -ne 0 ]; do t=$((a%b)); a=$b; b=$t; done; echo $a; }; gcd 48 36; gcd 17 5
n=27; c=0; while [ $n -ne 1 ]; do if [ $((n%2)) -eq 0 ]; then n=$((n/2)); else n=$((3*n+1)); fi; c=$((c+1)); done; echo $c
bin() { n=$1 o=; while [ $n -gt 0 ]; do o=$((n&1))$o; n=$((n>>1)); done; echo ${o:-0}; }; bin 10; bin 0; bin 255
hanoi() { [ $1 -eq 0 ] && return; hanoi $(($1-1)) $2 $4 $3; moves=$((moves+1)); hanoi $(($1-1)) $4 $3 $2; }
moves=0; hanoi 5 a b c; echo $moves
s=0; for i in 1 2 3 4 5 6 7 8 9 10; do s=$((s+i)); done; echo $s
