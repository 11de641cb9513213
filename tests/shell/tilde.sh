# Tilde.
HOME=/my/home
echo ~ ~/x a~ "~" '~' \~ x=~ ~x/
v=~; echo $v; w=~/a:~/b:c~; echo $w
: ${t:=~/d}; echo $t
unset none; echo ${none:-~}
HOME='a b'; printf '<%s>' ~ ~/c; echo
