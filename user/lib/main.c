// The main of a program whose own returns nothing: it is compiled as void_main (Makefile).

void void_main(int argc, char **argv);

int main(int argc, char **argv)
{
    void_main(argc, argv);
    return 0;
}
