# Working on strings with the shell alone.
rev() { s=$1; r=; while [ -n "$s" ]; do r=${s%"${s#?}"}$r; s=${s#?}; done; echo "$r"; }
rev hello; rev 'a b c'
upper() { case $1 in a) echo A;; b) echo B;; *) echo "$1";; esac; }
w=abc; o=; while [ -n "$w" ]; do o=$o$(upper "${w%"${w#?}"}"); w=${w#?}; done; echo $o
join() { sep=$1; shift; out=$1; shift; for x; do out=$out$sep$x; done; echo "$out"; }
join , a b c; join ' - ' x y
contains() { case $1 in *"$2"*) return 0;; esac; return 1; }
contains 'hello world' 'o w' && echo yes; contains abc x || echo no; contains 'a*b' '*' && echo star
rep() { n=$2; while [ $n -gt 0 ]; do printf %s "$1"; n=$((n-1)); done; echo; }; rep ab 5
path=a:b::c; while [ -n "$path" ]; do echo "<${path%%:*}>"; case $path in *:*) path=${path#*:};; *) path=;; esac; done
