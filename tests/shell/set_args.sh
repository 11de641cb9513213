# set and the parameters.
set a b c; echo $# $1 $3
set -- -x -e; echo $# $1 $2
set -- ; echo $#
set -- "a b" c; for i in "$@"; do echo "$i"; done
set -f -- '*'; echo $1; set +f
x='1 2 3'; set -- $x; echo $2
f() { set -- in side; echo $1 $2; }; set -- out; f; echo $1
shift; echo $#; (shift; echo no) 2>/dev/null; echo $?
set -- a b c d; shift 2; echo $*; shift 0; echo $*
