# Quotes of each kind, and what they leave alone.
x=value
echo 'a  b' "a  b" a\ \ b
echo '$x `echo no` \n' | cat
echo "$x and '$x'" '"$x"'
echo "a\"b" "a\$x" "a\`b" "a\qb"
echo a'b'c"d"e\f
printf '%s\n' "" '' | cat
printf '[%s]' a "" '' b; echo
printf '[%s]' "a
b" 'c
d'; echo
echo a\
b "c\
d" 'e\
f' | cat
