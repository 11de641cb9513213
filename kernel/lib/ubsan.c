// The undefined-behaviour sanitizer's run time, for debug builds (make DEBUG=1).
//
// The compiler calls __ubsan_handle_KIND(data, operands...) where a check fails.  Whatever the
// kind, `data` begins with the place in the source, or with a pointer argument's place; saying
// that and stopping is all that a kernel needs, so one macro makes every handler.  The layouts
// are GCC's (libsanitizer/ubsan/ubsan_handlers.h).
#ifdef DEBUG
#include "lib/panic.h"
#include "types.h"

struct source_place {
    const char *file;
    uint32 line, column;
};

static _Noreturn void fail(const char *kind, const struct source_place *at)
{
    panic("undefined behaviour: %s at %s:%u:%u", kind, at->file, at->line, at->column);
}

// Operands come in registers and are not looked at, so one signature fits all handlers.
#define HANDLER(name, kind)                                                                        \
    void __ubsan_handle_##name(const struct source_place *at);                                     \
    void __ubsan_handle_##name(const struct source_place *at)                                      \
    {                                                                                              \
        fail(kind, at);                                                                            \
    }

HANDLER(add_overflow, "addition overflows")
HANDLER(sub_overflow, "subtraction overflows")
HANDLER(mul_overflow, "multiplication overflows")
HANDLER(negate_overflow, "negation overflows")
HANDLER(divrem_overflow, "division by zero or overflowing")
HANDLER(shift_out_of_bounds, "shift count or operand out of range")
HANDLER(out_of_bounds, "array index out of bounds")
HANDLER(pointer_overflow, "pointer arithmetic overflows")
HANDLER(type_mismatch_v1, "access outside the object")
HANDLER(load_invalid_value, "value outside its type (bool or enum)")
HANDLER(vla_bound_not_positive, "variable-length array of no length")
HANDLER(builtin_unreachable, "unreachable code reached")
HANDLER(missing_return, "function ends without a value")
HANDLER(nonnull_arg, "NULL passed where it may not be")
HANDLER(invalid_builtin, "zero passed to a bit-counting builtin")
HANDLER(float_cast_overflow, "floating-point value does not fit")

// This one has its place in a second argument.
void __ubsan_handle_nonnull_return_v1(const void *data, const struct source_place *at);
void __ubsan_handle_nonnull_return_v1(const void *data, const struct source_place *at)
{
    fail("NULL returned where it may not be", at);
}
#endif
