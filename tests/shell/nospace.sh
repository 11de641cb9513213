# Operators need no blanks.
echo a>n1;cat<n1;echo b>>n1;cat n1
(echo c;echo d)|cat>n2&&cat<n2
if(true)then(echo e)fi 2>/dev/null || echo f
f(){ echo g;};f
x=1;case $x in(1)echo h;;esac
for i in 1 2;do echo $i;done|cat
echo i&wait
echo 2>n3;cat n3;echo 2 >n3;cat n3
{ echo j;}>n4;cat n4
echo k>&1|cat
