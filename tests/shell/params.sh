# $@ and $* in all their forms.
show() { printf '%d:' $#; printf '<%s>' "$@"; echo; }
set -- 'a b' c '' d
show "$@"; show $@; show "$*"; show $*
show "x$@y"; show x"$@"; show "$@"z
set --
show "$@"; show "$*"; show $@ $*; show "x$@y"; show ""
set -- one; show "$@" "$@"
echo $# "$1" "[$2]"
set -- 1 2 3 4 5 6 7 8 9 ten eleven
echo $10 ${10} ${11} $#
shift 9; echo $1 $2 $#
shift; shift; echo $#
