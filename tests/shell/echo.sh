# echo.
echo; echo a  b   c; echo "a  b"; echo -n no newline; echo
echo -n; echo -n -n x; echo; echo - --; echo -e x | cat
echo 'a\tb' 'c\nd' 'e\\f'; echo 'a\0101b'; echo 'stop\chere'; echo after
echo "back\\slash" 'q\q' '\'
echo -n 'a\n'; echo $(echo -n x) $(echo)
echo '\065'
