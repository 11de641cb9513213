#include "task/hand.h"
#include "mem/audit.h"

// => the page, which may be NULL
static void *take(void *page)
{
    if (page)
        list_push_front(&current_thread()->in_hand, &frame_of_page(page)->link);
    return page;
}

void *page_in_hand(void)
{
    return take(kalloc(FRAME_OTHER));
}

void *page_in_hand_zeroed(void)
{
    return take(kalloc_zeroed(FRAME_OTHER));
}

void page_from_hand(void *page)
{
    list_remove(&frame_of_page(page)->link);
    kfree(page);
}

void hand_audit(const struct thread *t)
{
    list_for_each (l, &t->in_hand)
        audit_count(container_of(l, struct frame, link));
    if (t->frame)
        audit_count(t->frame);
}
