# Lines that go on.
echo a \
    b \
    c
x=1\
2; echo $x
if true &&
    true; then echo d; fi
echo e |
    cat
case abc in
a\
bc) echo f;;
esac
echo "g\
h" 'i\
j'
echo k; \
echo l
ec\
ho m
