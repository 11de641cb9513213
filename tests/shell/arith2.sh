# Arithmetic: 64 bits, side effects, nesting.
echo $((9223372036854775807)) $((9223372036854775807+1)) $((-9223372036854775807-1))
echo $((1<<63)) $((0xffffffff*0xffffffff))
i=0; while [ $((i+=1)) -lt 5 ]; do echo $i; done
x=1; echo $((0&&(x=9))) $x $((1||(x=9))) $x $((1?5:(x=9))) $x
a=3; echo $((  a * (a + 1)  )) $(( a
+ 1 )) "$((a))" '$((a))'
b='a'; c=2; echo $(($c$c+1)) $(( $(echo 4) * `echo 5` )) $((${a}${c}))
n=-5; echo $((n)) $((-n)) $((n*n)) $((n+10))
(echo $((1/0))) 2>/dev/null || echo failed
(echo $((1+))) 2>/dev/null || echo failed
(v=abc; echo $((v))) 2>/dev/null || echo failed
echo $((0x7f&0x0f)) $(($((1+1))+$((2+2))))
