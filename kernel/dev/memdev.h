// The devices that are no hardware: character device DEV_MEM, minor 0 (null) and 1 (zero).
#pragma once

void memdev_init(void);
