# Comments and empty lines.

echo a # one
# two
   # three
echo b#c 'd # e' "f # g" \# h
: '
echo not run
'
echo end	# tab
if true # here too
then # and here
    echo c # last
fi
case x in # in case
    x) # after
        echo d ;; # clause
esac
f() { # in f
    echo e
} # behind
f
