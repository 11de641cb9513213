# test and [.
t() { if "$@"; then echo "$* yes"; else echo "$* no"; fi; }
t test a = a; t test a = b; t test a != b; t test -n ''; t test -n x; t test -z ''; t test -z x
t [ 1 -eq 1 ]; t [ 1 -ne 1 ]; t [ 2 -gt 1 ]; t [ 2 -lt 1 ]; t [ 2 -ge 2 ]; t [ 2 -le 1 ]; t [ -5 -lt 3 ]
: > tf; echo x > tg; mkdir td
t [ -e tf ]; t [ -f tf ]; t [ -d tf ]; t [ -s tf ]; t [ -s tg ]; t [ -d td ]; t [ -f td ]; t [ -e none ]
t [ -r tg ]; t [ -w tg ]; t [ -x td ]
t [ ! x ]; t [ ! '' ]; t [ x -a y ]; t [ x -a '' ]; t [ x -o '' ]; t [ '' -o '' ]
t [ ! x -a y ]; t [ \( x \) ]; t [ \( '' -o y \) -a z ]; t [ ! \( x -a y \) ]
t [ = ]; t [ ! ]; t [ -n ]; t [ '(' ]; t [ -f = -f ]; t [ ! = ! ]; t [ -z = x ]
t test; t [ ]; t [ '' ]
[ 1 -eq x ] 2>/dev/null; echo $?; [ x 2>/dev/null; echo $?
[ a '<' b ] && echo less; [ " 3 " -eq 3 ] && echo blanks
[ tf -ef ./tf ] && echo same; [ -t 0 ] < /dev/null || echo no terminal
