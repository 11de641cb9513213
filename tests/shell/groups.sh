# Groups and odd layouts.
{ echo a; echo b
echo c; }
if true
then
    echo spread
fi
for i in 1 2
do
    echo $i
done
while false
do :
done; until true
do :; done
case x
in
x)
echo case
;;
esac
f()
{
    echo later brace
}
f
g ( ) { echo spaced; }; g
echo a;echo b ; echo c
true&&echo d||echo e
(echo f)|cat
echo g # comment; echo no
echo h#i
#only
if true; then echo j; fi; { echo k;}
! { false; }; echo $?
echo then else fi do done
