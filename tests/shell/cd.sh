# cd and pwd.
top=$(pwd); mkdir c1; mkdir c1/c2
cd c1; [ "$(pwd)" = "$top/c1" ] && echo c1
cd c2; [ "$PWD" = "$top/c1/c2" ] && echo c2
cd ..; [ "$(pwd)" = "$top/c1" ] && echo back; cd "$top"
cd c1; cd - > /dev/null; [ "$(pwd)" = "$top" ] && echo dash
[ "$OLDPWD" = "$top/c1" ] && echo oldpwd
(cd c1/c2); [ "$(pwd)" = "$top" ] && echo subshell
HOME=$top/c1; cd; [ "$(pwd)" = "$top/c1" ] && echo home
cd nowhere 2>/dev/null; [ $? != 0 ] && echo failed; cd "$top"
cd ./c1/../c1/./c2; [ "$(pwd)" = "$top/c1/c2" ] && echo dots; cd "$top"
