// What a word on the line may become: commands where one is expected, file names, variables.
#pragma once

#include "user/sh/edit.h"

void complete_line(const char *line, uint at, struct completion *c);
