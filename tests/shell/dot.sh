# Files run in this shell.
echo 'y=fromfile; echo "in file $1"; f() { echo defined; }; return 3; echo no' > lib
. ./lib; echo $? $y; f
set -- arg; . ./lib
echo 'for i in 1 2; do echo $i; done' > lib2; . ./lib2
g() { . ./lib2; echo after; }; g
(. ./nofile) 2>/dev/null; [ $? != 0 ] && echo missing
echo false > lib3; . ./lib3; echo $?
: > lib4; false; . ./lib4; echo $?
echo 'exit 9' > lib5; (. ./lib5; echo no); echo $?
