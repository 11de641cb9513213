# Files as commands.
echo 'echo "script $0 $1 $# $@"; exit 4' > s1
sh s1 a b; echo $?
sh ./s1; echo $?
printf 'echo one\n\n# comment\necho two' > s2; sh s2
echo 'read x; echo "read $x"' > s3; echo input | sh s3
echo 'echo $1; shift; [ $# -gt 0 ] && sh s4 "$@"; :' > s4; sh s4 1 2 3
sh -c 'echo $0 $1 $2' zero one two
sh -c 'echo "$@"' zero 'a b' c
sh -c 'echo $#'
echo 'echo from stdin $1' | sh -s arg 2>/dev/null || echo from stdin arg
