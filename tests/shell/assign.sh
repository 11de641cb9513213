# Assignments.
a=1 b=2 c=$a; echo $a $b $c
x='a b' y=$x; echo "$y"; z=$y$y; echo "$z"
e=; echo "[$e]"; e="" f=''; echo "[$e$f]"
a=b=c; echo $a; a= ; echo "[$a]"
p=*; echo "$p"; q="*"; echo "$q"
v=1; v=2 true; echo $v; v=3 :; echo $v; v=4 eval 'echo in $v'; echo $v
x=1 y=$((1+1)); echo $x$y
x=$(echo out) y=${x}put; echo $y
n='new
line'; echo "$n"; echo $n
a=1; a=$a$a; a=$a$a; echo $a
echo x=1; \x=1 2>/dev/null; echo $?; "x"=5 2>/dev/null; echo $?
long_name_2=ok; echo $long_name_2 ${long_name_2}x $long_name_2.x
IFS=, ; l=a,b; echo $l
