# Command substitution.
echo $(echo a; echo b) "$(echo a; echo b)"
x=$(printf 'trailing\n\n\n'); echo "[$x]"
echo `echo back` `echo \`echo nested\`` $(echo $(echo $(echo deep)))
echo "quoted $(echo "inner $(echo 'very  inner')")"
echo $(case x in x) echo in case;; esac)
echo $(: # comment )
echo after)
x=$(false); echo $?; x=$(exit 5)y; echo $? $x
echo "$(echo 'a)b')" $(echo ")")
echo $(cat <<E
doc in it
E
)
a=$(echo "a b") b=$(echo $a); echo $a,$b
echo $(echo '*') | cat
v=`echo "a\\\\b"`; echo "$v" | cat
echo "`echo "x y"`" `echo '$HOME'`
f() { echo from f; }; echo $(f) "$(f; f)"
echo $() "[$()]" `` 
n=$(for i in 1 2 3; do echo $i; done); echo $n
