# type, command.
command -v nosuchthing; echo $?
f() { echo function; }; command -v f; command -v cd
echo() { printf 'mine: %s\n' "$*"; }; echo a; command echo b; unset -f echo
command -v nosuch >/dev/null || echo none
command true; echo $?; command sh -c 'exit 3'; echo $?
command; echo $?
type nosuchthing >/dev/null 2>&1; echo $?
