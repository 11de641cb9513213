# set -u.
sh -uc 'echo $nothing; echo no' 2>/dev/null; echo $?
sh -c 'set -u; echo ${nothing-fine} "$@" $* $#; x=; echo "[$x]"'; echo $?
sh -c 'set -u; echo ${nothing}' 2>/dev/null; echo $?
sh -c 'set -u; echo $1' 2>/dev/null; echo $?
sh -c 'set -u; unset x; (echo $x; echo no) 2>/dev/null; echo sub $?'
sh -c 'set -u; set +u; echo "[$x]"'
sh -c 'set -u; echo ${#x}' 2>/dev/null; echo $?
