// Registers of a memory-mapped virtio device, all 32 bits wide (Virtio 1.1, sections 4.2.2, 4.2.4).
#pragma once

#define VIRTIO_MAGIC               0x000
#define VIRTIO_VERSION             0x004 // 1: legacy, 2: modern
#define VIRTIO_DEVICE_ID           0x008 // 0: nothing there
#define VIRTIO_DEVICE_FEATURES     0x010
#define VIRTIO_DEVICE_FEATURES_SEL 0x014
#define VIRTIO_DRIVER_FEATURES     0x020
#define VIRTIO_DRIVER_FEATURES_SEL 0x024
#define VIRTIO_LEGACY_PAGE_SIZE    0x028 // legacy: unit of the page number
#define VIRTIO_QUEUE_SEL           0x030
#define VIRTIO_QUEUE_NUM_MAX       0x034
#define VIRTIO_QUEUE_NUM           0x038
#define VIRTIO_LEGACY_QUEUE_ALIGN  0x03c // legacy: the used part begins at a multiple
#define VIRTIO_LEGACY_QUEUE_PFN    0x040 // legacy: where the queue lies
#define VIRTIO_QUEUE_READY         0x044
#define VIRTIO_QUEUE_NOTIFY        0x050
#define VIRTIO_INTERRUPT_STATUS    0x060
#define VIRTIO_INTERRUPT_ACK       0x064
#define VIRTIO_STATUS              0x070
#define VIRTIO_QUEUE_DESC_LOW      0x080
#define VIRTIO_QUEUE_DESC_HIGH     0x084
#define VIRTIO_QUEUE_AVAIL_LOW     0x090
#define VIRTIO_QUEUE_AVAIL_HIGH    0x094
#define VIRTIO_QUEUE_USED_LOW      0x0a0
#define VIRTIO_QUEUE_USED_HIGH     0x0a4
#define VIRTIO_CONFIG_GENERATION   0x0fc
#define VIRTIO_CONFIG              0x100

#define VIRTIO_MAGIC_VALUE 0x74726976 // "virt"

// VIRTIO_STATUS (section 2.1).
#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER      2
#define STATUS_DRIVER_OK   4
#define STATUS_FEATURES_OK 8
#define STATUS_NEEDS_RESET 64
#define STATUS_FAILED      128
